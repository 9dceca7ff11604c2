import { formatIpv4 } from '../../packet/address.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import { asciiBytes } from './ascii.ts';
import { wholeNumber, type Message } from './message-reader.ts';

const HTTP_PORT = 80;
/** Tells the server how long a body the lesson wants; only sent when it wants one. */
export const RESPONSE_BYTES_HEADER = 'X-Response-Bytes';

/** Which request a datagram is; its answer repeats it. Datagrams have no connection that would tell. */
const REQUEST_NUMBER_HEADER = 'X-Request';

/**
 * The request of a traffic entry as curl would write it (RFC 9112): a GET, or a POST when it has a body. A datagram has its
 * `number`.
 */
export function requestMessage(entry: PlannedTraffic, number?: number): Uint8Array {
  const [method = 'GET', path = '/'] = entry.request.split(' ');
  const host = formatIpv4(entry.to) + (entry.port === HTTP_PORT ? '' : `:${entry.port}`);
  const lines = [
    `${entry.requestBytes > 0 && method === 'GET' ? 'POST' : method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: lb-lab',
  ];
  if (number !== undefined) lines.push(`${REQUEST_NUMBER_HEADER}: ${number}`);
  if (entry.responseBytes > 0) lines.push(`${RESPONSE_BYTES_HEADER}: ${entry.responseBytes}`);
  if (entry.requestBytes > 0) lines.push(`Content-Length: ${entry.requestBytes}`);
  return withBody(lines, filler('request\n', entry.requestBytes));
}

/** The number of the request that a datagram is, or answers; undefined in what has none. */
export function requestNumberOf(message: Message | undefined): number | undefined {
  const text = message?.headers.get(REQUEST_NUMBER_HEADER.toLowerCase());
  return text === undefined ? undefined : wholeNumber(text);
}

/** What the server called `name` answers. `client` is who it saw asking; `number` which datagram this answers. */
export function responseMessage(
  name: string,
  client: { readonly address: number; readonly port: number },
  responseBytes: number,
  number?: number,
): Uint8Array {
  const text = `${name}\n`;
  const body = filler(text, Math.max(text.length, responseBytes));
  const lines = [
    'HTTP/1.1 200 OK',
    `Server: ${name}`,
    `Content-Length: ${body.length}`,
    `X-Seen-Client: ${formatIpv4(client.address)}:${client.port}`,
    ...(number === undefined ? [] : [`${REQUEST_NUMBER_HEADER}: ${number}`]),
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
