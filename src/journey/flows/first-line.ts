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
