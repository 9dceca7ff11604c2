import type { RequestEnd } from '../events.ts';
import { formatIpv4 } from '../../packet/address.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import type { EndedRequest } from '../agent-wire/agent-protocol.ts';
import { endByWords } from './client-error.ts';
import { run, type Finished } from './run.ts';

/** One ping by the system's own program, which waits in whole seconds at least. */
export async function ping(entry: PlannedTraffic): Promise<EndedRequest> {
  const end = pingEnd(await run('ping', pingArguments(entry)));
  return entry.sourcePort === undefined ? { end } : { end, sourcePort: entry.sourcePort };
}

/** 0: a reply came; 1: none did; 2: it could not ask (ping(8)). */
export function pingEnd({ exitCode, output, errors }: Finished): RequestEnd {
  if (exitCode === null) return { outcome: 'unsent', reason: 'no-client' };
  if (exitCode === 0) return { outcome: 'answered' };
  if (exitCode !== 1) return endByWords(errors);
  return { outcome: /Unreachable|exceeded/i.test(output) ? 'unreachable' : 'timed-out' };
}

function pingArguments(entry: PlannedTraffic): string[] {
  const args = ['-n', '-c', '1', '-W', String(Math.max(1, Math.ceil(entry.timeoutNs / 1e9)))];
  if (entry.requestBytes > 0) args.push('-s', String(entry.requestBytes));
  if (entry.sourcePort !== undefined) args.push('-e', String(entry.sourcePort));
  return [...args, formatIpv4(entry.to)];
}
