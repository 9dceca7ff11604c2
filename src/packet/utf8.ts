/** UTF-8 by hand: this folder runs where neither Node's Buffer nor the browser's TextDecoder may be named. */

/** At most `limit` bytes, cut between characters. A lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string, limit = Infinity): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let end = 0;
  for (const character of text) {
    const start = end;
    end = putCodePoint(bytes, end, character.codePointAt(0)!);
    if (end > limit) return bytes.slice(0, start);
  }
  return bytes.slice(0, end);
}

function putCodePoint(bytes: Uint8Array, at: number, codePoint: number): number {
  const point = codePoint >= 0xd800 && codePoint <= 0xdfff ? REPLACEMENT : codePoint;
  if (point < 0x80) {
    bytes[at] = point;
    return at + 1;
  }
  if (point < 0x800) {
    bytes[at] = 0xc0 | (point >>> 6);
    bytes[at + 1] = 0x80 | (point & 0x3f);
    return at + 2;
  }
  if (point < 0x1_0000) {
    bytes[at] = 0xe0 | (point >>> 12);
    bytes[at + 1] = 0x80 | ((point >>> 6) & 0x3f);
    bytes[at + 2] = 0x80 | (point & 0x3f);
    return at + 3;
  }
  bytes[at] = 0xf0 | (point >>> 18);
  bytes[at + 1] = 0x80 | ((point >>> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((point >>> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (point & 0x3f);
  return at + 4;
}

const REPLACEMENT = 0xfffd;

/** Any bytes: each that does not belong to a well-formed character (RFC 3629) becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at]!);
    const point = codePointAt(bytes, at, length);
    text += String.fromCodePoint(point ?? REPLACEMENT);
    at += point === undefined ? 1 : length;
  }
  return text;
}

/** Of the character that this byte leads; 0 when it leads none. */
function lengthOf(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

const SMALLEST = [0, 0, 0x80, 0x800, 0x1_0000];

function codePointAt(bytes: Uint8Array, at: number, length: number): number | undefined {
  if (length === 1) return bytes[at];
  if (length === 0 || at + length > bytes.length) return undefined;
  let point = bytes[at]! & (0x7f >>> length);
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i]!;
    if ((next & 0xc0) !== 0x80) return undefined;
    point = (point << 6) | (next & 0x3f);
  }
  const wellFormed = point >= SMALLEST[length]! && point <= 0x10_ffff && (point < 0xd800 || point > 0xdfff);
  return wellFormed ? point : undefined;
}
