import assert from 'node:assert/strict';
import fc from 'fast-check';
import { acknowledgementOf } from '../../../src/journey/judgement/delivered.ts';
import type { FlowRecord } from '../../../src/journey/records/flow-record.ts';
import { readFacts, type FrameFacts } from '../../../src/journey/records/frame-facts.ts';
import type { JourneyRecord } from '../../../src/journey/records/journey-record.ts';
import { asIpv4, asMac } from '../../../src/packet/address.ts';
import { buildTcp, buildUdp } from '../../../src/packet/build.ts';
import { ACK, FIN, SYN } from '../../../src/packet/tcp.ts';

type Block = readonly [from: number, to: number];

interface Segment {
  readonly sequence?: number;
  readonly length?: number;
  readonly flags?: number;
  readonly acknowledgement?: number;
  /** Of a selective acknowledgement; the option stands behind this many no-operations. */
  readonly blocks?: readonly Block[];
  readonly padding?: number;
  /** So many bytes of its header were captured. */
  readonly captured?: number;
}

const HEADERS = 34;
const ip = { source: asIpv4(3), destination: asIpv4(4) };
const ethernet = { source: asMac(1), destination: asMac(2) };

function optionOf(blocks: readonly Block[], padding: number): Uint8Array {
  const words = new DataView(new ArrayBuffer(8 * blocks.length));
  for (const [index, word] of blocks.flat().entries()) words.setUint32(4 * index, word >>> 0);
  return Uint8Array.of(
    ...new Array<number>(padding).fill(1),
    5,
    2 + 8 * blocks.length,
    ...new Uint8Array(words.buffer),
  );
}

function factsOf({ blocks, padding = 2, captured = Infinity, ...segment }: Segment): FrameFacts {
  const { sequence = 0, acknowledgement = 0, length = 0, flags = ACK } = segment;
  const bytes = buildTcp({
    ...{ ethernet, ip },
    tcp: {
      ...{ sourcePort: 80, destinationPort: 5, sequence: sequence >>> 0, flags },
      acknowledgement: acknowledgement >>> 0,
      ...(blocks && { options: optionOf(blocks, padding) }),
    },
    payload: new Uint8Array(length),
  });
  return readFacts(bytes.subarray(0, HEADERS + captured));
}

const journey = (direction: 'request' | 'reply', facts: FrameFacts, order = 0) =>
  ({ direction, order, first: { facts } }) as unknown as JourneyRecord;
const sent = (segment: Segment) => journey('request', factsOf(segment));

/** Which of these, sent back, is the first to say that it came: its place, or -1. */
function told(packet: JourneyRecord, ...answers: readonly Segment[]): number {
  const back = answers.map((answer) => journey('reply', factsOf(answer)));
  const found = acknowledgementOf(packet, { journeys: [packet, ...back] } as unknown as FlowRecord);
  return found === undefined ? -1 : back.indexOf(found);
}

const number = fc.nat(0xffff_ffff);
const near = fc.integer({ min: -20, max: 20 });

describe('who says that the bytes of a packet came', () => {
  it('acknowledges their end or more, whatever the numbers, which wrap', () => {
    fc.assert(
      fc.property(
        number,
        fc.nat(5),
        fc.constantFrom(0, SYN, FIN, SYN | FIN),
        near,
        (sequence, length, ends, by) => {
          const size = length + (ends & SYN ? 1 : 0) + (ends & FIN ? 1 : 0);
          const packet = sent({ sequence, length, flags: ACK | ends });
          const answer = { acknowledgement: sequence + size + by };
          assert.equal(told(packet, answer), size > 0 && by >= 0 ? 0 : -1);
        },
      ),
    );
  });

  it('or has them all in one block of a selective acknowledgement', () => {
    const block = fc.tuple(near, near);
    fc.assert(
      fc.property(
        number,
        fc.array(block, { minLength: 1, maxLength: 4 }),
        fc.nat(2),
        (sequence, parts, padding) => {
          const packet = sent({ sequence, length: 5 });
          const blocks = parts.map(([from, to]): Block => [sequence + from, sequence + to]);
          const answer = { acknowledgement: sequence, blocks, padding };
          const isIn = parts.some(([from, to]) => from <= 0 && to >= 5);
          assert.equal(told(packet, answer), isIn ? 0 : -1);
        },
      ),
    );
  });

  it('is nobody where there were none, also beyond half of the numbers', () => {
    for (const sequence of [100, 0xf000_0000])
      assert.equal(told(sent({ sequence }), { acknowledgement: sequence }), -1);
  });

  it('is the first who does, the other way', () => {
    const packet = sent({ sequence: 100, length: 5 });
    assert.equal(
      told(packet, { acknowledgement: 104 }, { acknowledgement: 105 }, { acknowledgement: 106 }),
      1,
    );
    const own = sent({ sequence: 200, acknowledgement: 105 });
    assert.equal(acknowledgementOf(packet, { journeys: [packet, own] } as unknown as FlowRecord), undefined);
  });

  it('is nobody who acknowledges nothing, nor who is no TCP', () => {
    const packet = sent({ sequence: 100, length: 5 });
    for (const flags of [0, SYN, FIN])
      assert.equal(told(packet, { acknowledgement: 105, flags, blocks: [[100, 105]] }), -1);
    const udp = buildUdp({ ethernet, ip, udp: { sourcePort: 80, destinationPort: 5 } });
    const answers = { journeys: [journey('reply', readFacts(udp))] } as unknown as FlowRecord;
    assert.equal(acknowledgementOf(packet, answers), undefined);
    assert.equal(acknowledgementOf(journey('request', readFacts(udp)), answers), undefined);
  });

  const anySegment = fc.record({
    isReply: fc.boolean(),
    sequence: fc.nat(60),
    length: fc.nat(6),
    acknowledgement: fc.nat(60),
    blocks: fc.option(fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
  });

  it('is found as by going through all of them, however the flow grows and shrinks', () => {
    fc.assert(
      fc.property(number, fc.array(fc.array(anySegment, { maxLength: 12 })), (base, parts) => {
        const journeys: JourneyRecord[] = [];
        const flow = { journeys, acknowledgements: undefined } as unknown as FlowRecord;
        for (const part of parts) {
          for (const { isReply, blocks, ...segment } of part) {
            const moved = {
              length: segment.length,
              sequence: base + segment.sequence,
              acknowledgement: base + segment.acknowledgement,
              ...(blocks && { blocks: blocks.map(([from, to]): Block => [base + from, base + to]) }),
            };
            journeys.push(journey(isReply ? 'reply' : 'request', factsOf(moved), journeys.length));
          }
          for (const one of journeys)
            assert.equal(acknowledgementOf(one, flow), foundByGoingThrough(one, journeys));
          const { length } = journeys;
          journeys.length = Math.max(0, length - (base % 7));
          flow.acknowledgements?.shorten(journeys.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is found where numbers have come by more than once', () => {
    const step = 0x4000_0000;
    const journeys = Array.from({ length: 20 }, (_, at) =>
      at % 2 === 0
        ? journey('request', factsOf({ sequence: (at / 2) * step, length: 10 }), at)
        : journey('reply', factsOf({ acknowledgement: ((at - 1) / 2) * step + 10 }), at),
    );
    const flow = { journeys } as unknown as FlowRecord;
    for (let at = 0; at < journeys.length; at += 2)
      assert.equal(acknowledgementOf(journeys[at]!, flow), journeys[at + 1], String(at));
  });

  it('takes few steps for each packet, answered or not', () => {
    for (const isAnswered of [true, false]) {
      const COUNT = 5000;
      let steps = 0;
      const journeys = Array.from({ length: COUNT }, (_, at) => {
        const isReply = isAnswered && at % 2 === 1;
        const facts = factsOf({
          sequence: at * 10,
          length: isReply ? 0 : 10,
          acknowledgement: isReply ? at * 10 : 1,
        });
        return {
          direction: isReply ? 'reply' : 'request',
          get order() {
            steps++;
            return at;
          },
          get first() {
            steps++;
            return { facts };
          },
        } as unknown as JourneyRecord;
      });
      const flow = { journeys } as unknown as FlowRecord;
      for (const one of journeys) acknowledgementOf(one, flow);
      assert.ok(steps < 40 * COUNT, String(steps));
    }
  });

  it('is not told of a fragment, nor by what is no part of the options', () => {
    const whole = factsOf({ sequence: 100, length: 5 });
    const fragment = Uint8Array.from(whole.bytes);
    fragment[20] = 0x20;
    const packet = journey('request', readFacts(fragment));
    assert.equal(packet.first.facts.fragment, true);
    assert.equal(told(packet, { acknowledgement: 105 }), -1);
    const request = sent({ sequence: 100, length: 5 });
    const block: Segment = { acknowledgement: 100, blocks: [[100, 105]] };
    assert.equal(told(request, block), 0);
    // Cut anywhere before its end, the option tells nothing.
    for (let captured = 20; captured < 32; captured++)
      assert.equal(told(request, { ...block, captured }), -1);
    // The same bytes as payload, also behind a block of other bytes, or as addresses of the link.
    const saysSo = (change: Partial<Parameters<typeof buildTcp>[0]>, options?: Uint8Array) => {
      const back = buildTcp({
        ...{ ethernet, ip, ...change },
        tcp: { sourcePort: 80, destinationPort: 5, flags: ACK, acknowledgement: 100, options },
      });
      const flow = { journeys: [journey('reply', readFacts(back))] } as unknown as FlowRecord;
      return acknowledgementOf(request, flow) !== undefined;
    };
    const option = optionOf([[100, 105]], 2);
    assert.equal(saysSo({}, option), true);
    assert.equal(saysSo({ payload: option }), false);
    assert.equal(saysSo({ payload: option.subarray(4) }, optionOf([[1, 2]], 2)), false);
    const addresses = { source: asMac(0x0000_6900_0000), destination: asMac(0xf200_0000_6400) };
    assert.equal(saysSo({ ethernet: addresses }), false);
  });
});

/** The same by the definition. */
function foundByGoingThrough(packet: JourneyRecord, journeys: readonly JourneyRecord[]) {
  const { sequence, sentLength } = packet.first.facts;
  if (sentLength === 0) return undefined;
  const end = sequence + sentLength;
  return journeys.find(({ direction, first: { facts } }) => {
    if (direction === packet.direction) return false;
    if (((facts.acknowledgement - end) | 0) >= 0) return true;
    const { bytes } = facts;
    // Two no-operations, and the option.
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let at = 58; bytes[56] === 5 && at < 56 + bytes[57]!; at += 8)
      if (((sequence - view.getUint32(at)) | 0) >= 0 && ((view.getUint32(at + 4) - end) | 0) >= 0)
        return true;
    return false;
  });
}
