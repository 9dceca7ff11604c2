import { formatIpv4 } from '../../packet/address.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import { asciiBytes } from './ascii.ts';

const HTTP_PORT = 80;
/** Tells the server how long a body the lesson wants; only sent when it wants one. */
export const RESPONSE_BYTES_HEADER = 'X-Response-Bytes';

/** The request of a traffic entry as curl would write it (RFC 9112): a GET, or a POST when it has a body. */
export function requestMessage(entry: PlannedTraffic): Uint8Array {
  const [method = 'GET', path = '/'] = entry.request.split(' ');
  const host = formatIpv4(entry.to) + (entry.port === HTTP_PORT ? '' : `:${entry.port}`);
  const lines = [
    `${entry.requestBytes > 0 && method === 'GET' ? 'POST' : method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: lb-lab',
  ];
  if (entry.responseBytes > 0) lines.push(`${RESPONSE_BYTES_HEADER}: ${entry.responseBytes}`);
  if (entry.requestBytes > 0) lines.push(`Content-Length: ${entry.requestBytes}`);
  return withBody(lines, filler('request\n', entry.requestBytes));
}

/** What the server called `name` answers. `client` is who it saw asking. */
export function responseMessage(
  name: string,
  client: { readonly address: number; readonly port: number },
  responseBytes: number,
): Uint8Array {
  const text = `${name}\n`;
  const body = filler(text, Math.max(text.length, responseBytes));
  const lines = [
    'HTTP/1.1 200 OK',
    `Server: ${name}`,
    `Content-Length: ${body.length}`,
    `X-Seen-Client: ${formatIpv4(client.address)}:${client.port}`,
  ];
  return withBody(lines, body);
}

function withBody(lines: readonly string[], body: Uint8Array): Uint8Array {
  const head = asciiBytes(`${lines.join('\r\n')}\r\n\r\n`);
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return message;
}

/** `text` over and over, `length` bytes of it. */
function filler(text: string, length: number): Uint8Array {
  const once = asciiBytes(text);
  return Uint8Array.from({ length }, (_, at) => once[at % once.length]!);
}
