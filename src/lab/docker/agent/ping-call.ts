import { formatIpv4 } from '../../../packet/address.ts';
import type { PlannedTraffic } from '../../topology/plan.ts';
import type { RequestOutcome } from '../../traffic/request-result.ts';
import { run } from './run.ts';

/** One ping by the system's own program, which waits in whole seconds at least. */
export async function ping(entry: PlannedTraffic): Promise<RequestOutcome> {
  const { exitCode, output } = await run('ping', pingArguments(entry));
  if (exitCode === 0) return 'answered';
  if (exitCode === 1) return /Unreachable|exceeded/i.test(output) ? 'refused' : 'timed-out';
  return 'unreachable';
}

export function pingArguments(entry: PlannedTraffic): string[] {
  const args = ['-n', '-c', '1', '-W', String(Math.max(1, Math.ceil(entry.timeoutNs / 1e9)))];
  if (entry.requestBytes > 0) args.push('-s', String(entry.requestBytes));
  if (entry.sourcePort !== undefined) args.push('-e', String(entry.sourcePort));
  return [...args, formatIpv4(entry.to)];
}
