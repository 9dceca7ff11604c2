import { formatIpv4 } from '../../packet/address.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import type { RequestEnd } from '../events.ts';
import { loadEnd } from '../traffic/load-end.ts';
import type { LoadResult } from '../traffic/load-result.ts';
import { RESPONSE_BYTES_HEADER } from '../traffic/messages.ts';
import type { LoadEntry } from '../traffic/traffic-schedule.ts';
import { endByWords } from './client-error.ts';
import type { Finished } from './run.ts';

const NS_PER_S = 1e9;

/** How a load is made with wrk, never through a shell. It takes whole seconds only, and at least one. */
export function wrkArguments(entry: LoadEntry, script: string): string[] {
  const [, path = '/'] = entry.request.split(' ');
  const seconds = (ns: number) => `${Math.max(1, Math.round(ns / NS_PER_S))}s`;
  const { connections, durationNs } = entry.load;
  const args = ['--threads', '1', '--connections', String(connections), '--duration', seconds(durationNs)];
  args.push('--timeout', seconds(entry.timeoutNs), '--script', script, '--header', 'User-Agent: lb-lab');
  if (entry.responseBytes > 0) args.push('--header', `${RESPONSE_BYTES_HEADER}: ${entry.responseBytes}`);
  args.push(`http://${formatIpv4(entry.to)}:${entry.port}${path}`);
  return args;
}

/** What wrk is to send besides, and how it is to say what came of it: its own words round to two digits. */
export function wrkScript(entry: PlannedTraffic): string {
  const [method = 'GET'] = entry.request.split(' ');
  return [
    `wrk.method = "${entry.requestBytes > 0 && method === 'GET' ? 'POST' : method.replace(/[^A-Z]/g, '')}"`,
    ...(entry.requestBytes > 0
      ? [
          `wrk.body = string.rep("request\\n", ${Math.ceil(entry.requestBytes / 8)}):sub(1, ${entry.requestBytes})`,
        ]
      : []),
    'function done(summary, latency)',
    '  local errors = summary.errors',
    '  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout',
    '  io.write(string.format("\\n{\\"requests\\":%d,\\"errors\\":%d,\\"us\\":%d,\\"bytes\\":%d,\\"p50\\":%d,\\"p99\\":%d}\\n",',
    '    summary.requests, failed, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99)))',
    'end',
    '',
  ].join('\n');
}

/** Out of what wrk printed; undefined when it did not get that far. */
export function wrkResult(output: string): LoadResult | undefined {
  const line = /^\{.*\}$/m.exec(output)?.[0];
  if (line === undefined) return undefined;
  const said = counts(line);
  if (!said) return undefined;
  return {
    requests: said.requests,
    errors: said.errors,
    durationNs: said.us * 1000,
    bytes: said.bytes,
    p50Ns: said.p50 * 1000,
    p99Ns: said.p99 * 1000,
    limited: false,
  };
}

/** How a load ended. wrk makes none when its first connection cannot be made, and says why. */
export function wrkEnd({ exitCode, output, errors }: Finished): RequestEnd {
  if (exitCode === null) return { outcome: 'unsent', reason: 'no-client' };
  const result = wrkResult(output);
  if (result) return loadEnd(result);
  return endByWords(output + errors);
}

const COUNTS = ['requests', 'errors', 'us', 'bytes', 'p50', 'p99'] as const;

/** What the script wrote; an answer's body, which wrk may print, can look like it. */
function counts(line: string): Record<(typeof COUNTS)[number], number> | undefined {
  try {
    const said = JSON.parse(line) as Record<string, unknown>;
    return COUNTS.every((name) => Number.isFinite(said[name]))
      ? (said as ReturnType<typeof counts>)
      : undefined;
  } catch {
    return undefined;
  }
}
