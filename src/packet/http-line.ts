/** Bytes read of a payload: a first line that is longer is of no use on a row. */
const LONGEST = 200;

/** `GET /path` of an HTTP request, or empty. */
export function requestLine(bytes: Uint8Array, start: number, end: number): string {
  const words = firstLine(bytes, start, end).split(' ');
  return /^[A-Z]{3,10}$/.test(words[0] ?? '') && words[1] ? `${words[0]} ${words[1]}` : '';
}

/** `200 OK` of an HTTP response, or empty. */
export function statusLine(bytes: Uint8Array, start: number, end: number): string {
  const line = firstLine(bytes, start, end);
  return line.startsWith('HTTP/') ? line.slice(line.indexOf(' ') + 1) : '';
}

/** By its version: `PASS secret` of another protocol is none. */
const HTTP_LINE = /^(?:[A-Z]+ \S+ HTTP\/\d\.\d$|HTTP\/\d\.\d \d{3}\b)/;

/** Where the first line of an HTTP message ends, its line break included; `start` where none begins there. */
export function httpLineEnd(bytes: Uint8Array, start: number, end: number): number {
  const line = firstLine(bytes, start, end);
  if (!HTTP_LINE.test(line)) return start;
  let at = start + line.length;
  while (at < end && (bytes[at] === 13 || bytes[at] === 10) && bytes[at - 1] !== 10) at += 1;
  return at;
}

function firstLine(bytes: Uint8Array, start: number, end: number): string {
  const limit = Math.min(end, start + LONGEST, bytes.length);
  let at = start;
  for (; at < limit; at++) {
    const code = bytes[at]!;
    if (code === 13 || code === 10) break;
    if (code < 32 || code > 126) return '';
  }
  return String.fromCharCode(...bytes.subarray(start, at));
}
