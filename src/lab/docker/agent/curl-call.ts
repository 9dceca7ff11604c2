import { formatIpv4 } from '../../../packet/address.ts';
import type { PlannedTraffic } from '../../topology/plan.ts';
import { requestBody, RESPONSE_BYTES_HEADER } from '../../traffic/messages.ts';
import type { RequestOutcome } from '../../traffic/request-result.ts';

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

/** What curl's exit code means (curl(1), EXIT CODES); only its words tell a refusal from an unreachable host. */
export function curlOutcome(exitCode: number | null, errors: string): RequestOutcome {
  switch (exitCode) {
    case 0:
      return 'answered';
    case 28:
      return 'timed-out';
    case 45:
      return 'port-in-use';
    case 7:
      return /failed: .*(no route|unreachable)/i.test(errors) ? 'unreachable' : 'refused';
    default:
      return /in use/i.test(errors) ? 'port-in-use' : 'refused';
  }
}
