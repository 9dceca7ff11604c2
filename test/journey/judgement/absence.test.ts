import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Report } from '../../../src/journey/report.ts';
import type { FrameEvent, LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { setU16, setU32, u16 } from '../../../src/packet/bytes.ts';
import { fillChecksums } from '../../../src/packet/checksum.ts';
import * as tcp from '../../../src/packet/tcp.ts';
import { exampleText, planOf, runLab } from '../../lab/embedded/testbed.ts';
import { makeTranslate } from '../../support/translate.ts';
import { reportOfEvents } from '../build-report.ts';

const pointsOf = ({ nodes }: Plan) =>
  nodes.flatMap(({ name, interfaces }) => interfaces.map(({ segment }) => `${name}.${segment}`));

function captureOf(plan: Plan, events: readonly LabEvent[], wholePoints: readonly string[] = []): Report {
  const builder = new JourneyBuilder(plan, {
    engine: 'capture',
    startedAt: '',
    translate: makeTranslate('en'),
    wholePoints: new Set(wholePoints),
  });
  builder.add(events);
  return builder.report();
}

const outcomesIn = ({ journeys }: Report) =>
  journeys.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'arrived');
const isTcp = (bytes: Uint8Array) => bytes[13] === 0 && bytes[23] === 6;
const payloadOf = (bytes: Uint8Array) =>
  bytes.subarray(34 + tcp.headerLengthOf(bytes, 34), 14 + u16(bytes, 16));
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('in a capture, a packet of which no record shows that it came', () => {
  const { plan, frames } = runLab(planOf(exampleText('dr')));
  /** The client's last acknowledgement: nothing answers it. */
  const ack = frames().findLast(({ node, direction }) => node === 'rs2' && direction === 'in')!;
  const without = (one: FrameEvent) => frames().filter((frame) => frame !== one);

  it('may have come, and its record be missing', () => {
    const report = captureOf(plan, without(ack));
    assert.deepEqual(outcomesIn(report), ['unseen']);
    const [journey] = report.journeys.filter(({ outcome }) => outcome === 'unseen');
    assert.equal(journey!.hops.at(-1)!.arrival.reason, 'not-recorded');
  });

  it('is lost where the recorder counted what it missed, and missed nothing', () => {
    assert.deepEqual(outcomesIn(captureOf(plan, without(ack), pointsOf(plan))), ['lost']);
  });

  it('may have come, whatever the recorder says, where another record is known to be missing', () => {
    const came = frames().find(
      ({ node, direction, bytes }) => node === 'rs2' && direction === 'out' && isTcp(bytes),
    )!;
    const left = without(ack).filter((frame) => frame !== came);
    assert.deepEqual(outcomesIn(captureOf(plan, left, pointsOf(plan))), ['unseen']);
  });

  it('may have come, where drops were told', () => {
    const drops: LabEvent = { kind: 'loss', timeNs: 0, node: 'rs2', segment: 'inside', frames: 3 };
    assert.deepEqual(outcomesIn(captureOf(plan, [drops, ...without(ack)], pointsOf(plan))), ['unseen']);
  });

  it('came by, where it was sent on: forwarded, and known to be one packet', () => {
    const into = frames().find(
      ({ node, direction, bytes }) => node === 'director' && direction === 'in' && isTcp(bytes),
    )!;
    const report = captureOf(plan, without(into));
    assert.deepEqual(outcomesIn(report), []);
    const hop = report.journeys
      .flatMap(({ hops }) => hops)
      .find(({ frames: [frame], to }) => {
        const { bytes } = without(into)[frame! - 1]!;
        return to === 'director' && isSame(bytes, into.bytes);
      })!;
    assert.deepEqual([hop.arrival.fate, hop.frames.length], ['forwarded', 1]);
  });

  it('was lost when it was sent again, that came, and only then was answered', () => {
    const text = exampleText('dr').replace(
      'outside: 10.0.1.10',
      'outside: { address: 10.0.1.10, loss: 30% }',
    );
    const lossy = planOf(text);
    const run = runLab(lossy, { seed: 3 });
    const live = reportOfEvents(lossy, run.events);
    const capture = captureOf(lossy, run.frames());
    const lost = capture.journeys.filter(({ outcome }) => outcome === 'lost');
    assert.ok(lost.length > 0);
    const lostLive = new Set(
      live.journeys.filter(({ outcome }) => outcome === 'lost').map(({ hops }) => hops[0]!.frame),
    );
    for (const { hops } of lost) assert.ok(lostLive.has(hops[0]!.frame));
  });

  describe('is not lost though its recorder missed nothing, where the connection proves its bytes', () => {
    const request = frames().find(
      ({ node, direction, bytes }) =>
        node === 'rs2' && direction === 'in' && isTcp(bytes) && payloadOf(bytes).length > 0,
    )!;
    const left = without(request);
    const outcomes = (change: (frame: FrameEvent) => FrameEvent) =>
      outcomesIn(captureOf(plan, left.map(change), pointsOf(plan)));
    /** What answers the request, on all links. */
    const isAnswer = ({ bytes }: FrameEvent) =>
      isTcp(bytes) && u16(bytes, 34) === 80 && u16(bytes, 36) === u16(request.bytes, 34);
    const end = (tcp.sequenceOf(request.bytes, 34) + payloadOf(request.bytes).length) >>> 0;
    /** Acknowledges nothing of it, and has a block of a selective acknowledgement instead. */
    const selective = (from: number, to: number) => (frame: FrameEvent) => {
      const header = 34 + tcp.headerLengthOf(frame.bytes, 34);
      if (!isAnswer(frame) || tcp.acknowledgementOf(frame.bytes, 34) < end) return frame;
      const option = [
        1,
        1,
        5,
        10,
        ...[from, to].flatMap((one) => [24, 16, 8, 0].map((by) => (one >>> by) & 255)),
      ];
      const bytes = Uint8Array.of(...frame.bytes.slice(0, header), ...option, ...frame.bytes.slice(header));
      bytes[46] = bytes[46]! + (3 << 4);
      setU16(bytes, 16, u16(bytes, 16) + option.length);
      setU32(bytes, 42, tcp.sequenceOf(request.bytes, 34));
      fillChecksums(bytes, 0, bytes.length);
      return { ...frame, bytes, originalLength: frame.originalLength + option.length };
    };
    const start = tcp.sequenceOf(request.bytes, 34);

    it('by an acknowledgement', () => {
      assert.deepEqual(
        outcomes((frame) => frame),
        ['unseen'],
      );
    });

    it('by a selective one alone', () => {
      assert.deepEqual(outcomes(selective(start, end)), ['unseen']);
      assert.deepEqual(outcomes(selective(start - 5, end + 5)), ['unseen']);
    });

    it('and by none of other bytes', () => {
      assert.ok(outcomes(selective(start + 1, end)).includes('lost'));
      assert.ok(outcomes(selective(start, end - 1)).includes('lost'));
    });
  });
});
