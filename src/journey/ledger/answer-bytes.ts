import type { FrameFacts } from '../records/frame-facts.ts';

/** What the first bytes of an answer say, as text: a head is shorter. */
const HEAD_BYTES = 2048;

/** Whether these segments hold the whole of an HTTP response whose head says its length (RFC 9112, section 6.3). */
export function hasWholeAnswer(segments: readonly FrameFacts[]): boolean {
  const data = segments.filter(({ payloadLength }) => payloadLength > 0);
  const first = data[0]?.sequence;
  if (first === undefined) return false;
  // Sequence numbers wrap; an answer is shorter than half of them.
  const pieces = data
    .map((facts) => ({ at: (facts.sequence - first) | 0, facts }))
    .sort((a, b) => a.at - b.at);
  const start = pieces[0]!.at;
  let end = start;
  let head = '';
  for (const { at, facts } of pieces) {
    if (at > end) break;
    if (head.length < HEAD_BYTES && at === end) head += textOf(facts);
    end = Math.max(end, at + facts.payloadLength);
  }
  const headEnd = head.indexOf('\r\n\r\n');
  const length = /^content-length: *(\d+)/im.exec(head.slice(0, headEnd + 2))?.[1];
  return headEnd >= 0 && length !== undefined && end - start >= headEnd + 4 + Number(length);
}

/** The number of the request that a datagram answers; NaN where it does not say. */
export function numberOfDatagram(facts: FrameFacts): number {
  return Number(/^x-request: *(\d+)/im.exec(textOf(facts))?.[1]);
}

function textOf({ bytes, payloadAt, payloadEnd }: FrameFacts): string {
  return String.fromCharCode(...bytes.subarray(payloadAt, Math.min(payloadEnd, payloadAt + HEAD_BYTES)));
}
