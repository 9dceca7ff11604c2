import { formatIpv4 } from '../../packet/address.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import { requestBody, RESPONSE_BYTES_HEADER } from '../traffic/messages.ts';
import type { RequestEnd } from '../events.ts';
import type { EndedRequest } from '../agent-wire/agent-protocol.ts';
import { CLIENT_SILENT, endByWords } from './client-error.ts';
import type { Finished } from './run.ts';

/** How a traffic entry is asked for with curl; the message is the one of `requestMessage`. Never through a shell. */
export function curlArguments(entry: PlannedTraffic): string[] {
  const [method = 'GET', path = '/'] = entry.request.split(' ');
  const args = [
    // First, so that no .curlrc is read.
    '--disable',
    '--silent',
    // Its log alone says why a connection could not be made.
    '--verbose',
    '--globoff',
    '--path-as-is',
    '--http1.1',
    '--noproxy',
    '*',
    '--output',
    '/dev/null',
    '--user-agent',
    'lb-lab',
    '--header',
    'Accept:',
    '--write-out',
    '%{size_download} %{local_port}',
    '--max-time',
    (entry.timeoutNs / 1e9).toFixed(3),
  ];
  if (entry.responseBytes > 0) args.push('--header', `${RESPONSE_BYTES_HEADER}: ${entry.responseBytes}`);
  if (entry.requestBytes > 0)
    args.push('--header', 'Expect:', '--header', 'Content-Type:', '--data-binary', '@-');
  if (method !== 'GET') args.push('--request', method);
  if (entry.sourcePort !== undefined) args.push('--local-port', String(entry.sourcePort));
  args.push(
    '--url',
    `http://${formatIpv4(entry.to)}:${entry.port}${path.startsWith('/') ? path : `/${path}`}`,
  );
  return args;
}

/** The body that curl reads from its standard input, in pieces. */
export function curlInput(entry: PlannedTraffic): readonly Uint8Array[] {
  return requestBody(entry);
}

/** What came of it: by curl's exit code, its `--write-out`, and the response's head in its log. */
export function curlEnd({ exitCode, output, errors }: Finished): EndedRequest {
  if (exitCode === null) return { end: { outcome: 'unsent', reason: 'no-client' } };
  const [bytes = 0, port = 0] = output.split(' ').map(Number);
  const length = /^< content-length: *(\d+)/im.exec(errors)?.[1];
  const part = { bytes, ...(length !== undefined && { ofBytes: Number(length) }) };
  const hasBegun = /^< HTTP\//m.test(errors);
  const end = endOf(exitCode, errors);
  const isPart = end.outcome !== 'unsent' && (exitCode !== 0 || (part.ofBytes ?? bytes) > bytes);
  return {
    end: hasBegun ? { ...end, ...(isPart && { outcome: 'partial' }), ...part } : end,
    ...(port > 0 && { sourcePort: port }),
  };
}

/** What curl's exit code means (curl(1), EXIT CODES); of a connection that was not made or broke only its words tell why. */
function endOf(exitCode: number, errors: string): RequestEnd {
  if (exitCode === 0) return { outcome: 'answered' };
  if (exitCode === TIMED_OUT) return { outcome: 'timed-out' };
  if (exitCode === NO_PORT) return { outcome: 'unsent', reason: 'port-in-use' };
  const end = endByWords(errors);
  return end === CLIENT_SILENT && CLOSED.includes(exitCode) ? { outcome: 'refused' } : end;
}

const TIMED_OUT = 28;
/** The local port could not be had. */
const NO_PORT = 45;
/** The server closed: in the middle of its answer, without one, while it was written to, while it was read from. */
const CLOSED = [18, 52, 55, 56];
