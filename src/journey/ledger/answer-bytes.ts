import { ACK } from '../../packet/tcp.ts';
import type { FrameFacts } from '../records/frame-facts.ts';

/** What the first bytes of an answer say, as text: a head is shorter. */
const HEAD_BYTES = 2048;

/** Whether these segments hold the whole of an HTTP response whose head says its length (RFC 9112, section 6.3). */
export function hasWholeAnswer(segments: readonly FrameFacts[]): boolean {
  const stream = Stream.of(segments);
  const head = stream && headAt(stream, 0);
  return head?.bodyLength !== undefined && stream!.length >= head.bodyAt + head.bodyLength;
}

/**
 * Where the HTTP/1 responses in these segments break off, by the length that the last head says: bytes of its body that are
 * there, of so many. Undefined when the last one is whole, or when it cannot be told: something is missing in between, or
 * the length of a body is told otherwise or not at all.
 * @param requests Segments the other way: a response to HEAD or CONNECT has no body, whatever its head says.
 */
export function brokenAnswer(
  replies: readonly FrameFacts[],
  requests: readonly FrameFacts[],
): { readonly bytes: number; readonly ofBytes: number } | undefined {
  const stream = Stream.of(replies);
  if (!stream || requests.some((facts) => /^(HEAD|CONNECT) /.test(textOf(facts)))) return undefined;
  // Something is missing in between, or either end speaks of bytes that no segment here holds: of the end of the stream,
  // one more than it has bytes.
  if (replies.some(({ sequence }) => stream.isBeyond(sequence))) return undefined;
  if (requests.some(({ flags, acknowledgement }) => flags & ACK && stream.isBeyond(acknowledgement - 1)))
    return undefined;
  for (let at = 0; at < stream.length;) {
    const head = headAt(stream, at);
    if (head?.bodyLength === undefined) return undefined;
    const bytes = stream.length - head.bodyAt;
    if (bytes < head.bodyLength) return { bytes, ofBytes: head.bodyLength };
    at = head.bodyAt + head.bodyLength;
  }
  return undefined;
}

/** The head of a response that begins here; without `bodyLength` when it does not say how long its body is. */
function headAt(
  stream: Stream,
  at: number,
): { readonly bodyAt: number; readonly bodyLength: number | undefined } | undefined {
  const text = stream.text(at, HEAD_BYTES);
  const end = text.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.\d (\d{3})/.exec(text)?.[1];
  if (end < 0 || status === undefined) return undefined;
  const fields = text.slice(0, end + 2);
  const bodyAt = at + end + 4;
  // After 101 it is another protocol's.
  if (status === '101' || /^transfer-encoding:/im.test(fields)) return { bodyAt, bodyLength: undefined };
  if (/^(1..|204|304)$/.test(status)) return { bodyAt, bodyLength: 0 };
  const length = /^content-length: *(\d+)/im.exec(fields)?.[1];
  return { bodyAt, bodyLength: length === undefined ? undefined : Number(length) };
}

/** What TCP segments carried one way, from the first byte that is known, as far as nothing is missing. */
class Stream {
  readonly #pieces: readonly { readonly at: number; readonly length: number; readonly facts: FrameFacts }[];
  readonly #first: number;
  readonly #start: number;
  readonly length: number;

  private constructor(segments: readonly FrameFacts[]) {
    const first = (this.#first = segments[0]!.sequence);
    // Sequence numbers wrap; an answer is shorter than half of them.
    this.#pieces = segments
      .map((facts) => ({ at: (facts.sequence - first) | 0, length: facts.sentLength, facts }))
      .sort((a, b) => a.at - b.at);
    this.#start = this.#pieces[0]!.at;
    let end = this.#start;
    for (const { at, length } of this.#pieces) if (at <= end) end = Math.max(end, at + length);
    this.length = end - this.#start;
  }

  /** Whether a sequence number is one of a byte behind the last that is here. */
  isBeyond(sequence: number): boolean {
    return ((sequence - this.#first) | 0) > this.#start + this.length;
  }

  /** Undefined when they carry nothing. */
  static of(segments: readonly FrameFacts[]): Stream | undefined {
    const data = segments.filter((facts) => facts.sentLength > 0);
    return data.length === 0 ? undefined : new Stream(data);
  }

  /** At most so many bytes from there on, as far as they were captured. */
  text(from: number, most: number): string {
    let text = '';
    for (const { at, facts } of this.#pieces) {
      const skipped = this.#start + from + text.length - at;
      if (skipped < 0) break;
      text += textOf(facts, skipped);
      if (text.length >= most) break;
    }
    return text.slice(0, most);
  }
}

/** The number of the request that a datagram answers; NaN where it does not say. */
export function numberOfDatagram(facts: FrameFacts): number {
  return Number(/^x-request: *(\d+)/im.exec(textOf(facts))?.[1]);
}

function textOf({ bytes, payloadAt, payloadEnd }: FrameFacts, skipped = 0): string {
  const from = payloadAt + skipped;
  return String.fromCharCode(...bytes.subarray(from, Math.min(payloadEnd, from + HEAD_BYTES)));
}
