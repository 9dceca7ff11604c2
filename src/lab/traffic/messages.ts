import { formatIpv4, type Ipv4 } from '../../packet/address.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import { asciiBytes } from './ascii.ts';
import { filler } from './filler.ts';
import { wholeNumber, type Message } from './message-reader.ts';

const HTTP_PORT = 80;
/** Tells the server how long a body the lesson wants; only sent when it wants one. */
export const RESPONSE_BYTES_HEADER = 'X-Response-Bytes';

/** Which request a datagram is; its answer repeats it. Datagrams have no connection that would tell. */
const REQUEST_NUMBER_HEADER = 'X-Request';

/** A message in pieces, one after the other; they may share memory, so nobody changes them. */
export type WrittenMessage = readonly Uint8Array[];

/**
 * The request of a traffic entry as curl would write it (RFC 9112): a GET, or a POST when it has a body. A datagram has its
 * `number`.
 */
export function requestMessage(
  entry: Pick<PlannedTraffic, 'request' | 'to' | 'port' | 'requestBytes' | 'responseBytes'>,
  number?: number,
): WrittenMessage {
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
  return withBody(lines, requestBody(entry));
}

export function requestBody({ requestBytes }: Pick<PlannedTraffic, 'requestBytes'>): readonly Uint8Array[] {
  return filler('request\n', requestBytes);
}

/** The number of the request that a datagram is, or answers; undefined in what has none. */
export function requestNumberOf(message: Message | undefined): number | undefined {
  const text = message?.headers.get(REQUEST_NUMBER_HEADER.toLowerCase());
  return text === undefined ? undefined : wholeNumber(text);
}

/** What the server called `name` answers. `client` is who it saw asking; `number` which datagram this answers. */
export function responseMessage(
  name: string,
  client: { readonly address: Ipv4; readonly port: number },
  responseBytes: number,
  number?: number,
): WrittenMessage {
  const length = responseLength(name, responseBytes);
  const lines = [
    'HTTP/1.1 200 OK',
    `Server: ${name}`,
    `Content-Length: ${length}`,
    `X-Seen-Client: ${formatIpv4(client.address)}:${client.port}`,
    ...(number === undefined ? [] : [`${REQUEST_NUMBER_HEADER}: ${number}`]),
  ];
  return withBody(lines, responseBody(name, responseBytes));
}

/** The server's name over and over: as many bytes as were asked for, and at least one line. */
export function responseBody(name: string, responseBytes: number): readonly Uint8Array[] {
  return filler(`${name}\n`, responseLength(name, responseBytes));
}

function responseLength(name: string, responseBytes: number): number {
  return Math.max(name.length + 1, responseBytes);
}

/** As one piece, for a datagram. */
export function wholeMessage(message: WrittenMessage): Uint8Array {
  const whole = new Uint8Array(message.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of message) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function withBody(lines: readonly string[], body: readonly Uint8Array[]): WrittenMessage {
  return [asciiBytes(`${lines.join('\r\n')}\r\n\r\n`), ...body];
}
