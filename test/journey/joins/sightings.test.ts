import assert from 'node:assert/strict';
import {
  linkKey,
  packetKey,
  sameInside,
  sameOnLink,
  samePacketOn,
} from '../../../src/journey/joins/sightings.ts';
import { readFacts } from '../../../src/journey/records/frame-facts.ts';
import { setU16 } from '../../../src/packet/bytes.ts';
import { exampleText, planOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOfEvents } from '../build-report.ts';

const TTL_AT = 14 + 8;
const TCP_CHECKSUM_AT = 14 + 20 + 16;

/** The longest frame with TCP of a run of dr. */
function aFrame(): Uint8Array {
  const { plan, events } = runLab(planOf(exampleText('dr')));
  const frames = events.flatMap((event) => (event.kind === 'frame' ? [event.bytes] : []));
  assert.ok(plan);
  return frames.filter((bytes) => readFacts(bytes).kind === 'tcp').sort((a, b) => b.length - a.length)[0]!;
}

describe('two captures of one frame', () => {
  const frame = aFrame();
  const changed = (change: (bytes: Uint8Array) => void) => {
    const bytes = frame.slice();
    change(bytes);
    return readFacts(bytes);
  };
  const facts = readFacts(frame);

  for (const [what, other] of [
    ['cut', readFacts(frame.slice(0, 60))],
    ['padded', readFacts(Uint8Array.of(...frame, 0, 0, 0, 0))],
    ['with a destination that is not told', changed((bytes) => bytes.fill(0, 0, 6))],
    ['without its checksum', changed((bytes) => setU16(bytes, TCP_CHECKSUM_AT, 0))],
  ] as const)
    it(`are one when one of them is ${what}`, () => {
      assert.equal(linkKey(other), linkKey(facts));
      assert.ok(sameOnLink(facts, other) && sameOnLink(other, facts));
      assert.ok(sameInside(facts, other));
    });

  for (const [what, other] of [
    ['another TTL', changed((bytes) => bytes[TTL_AT]!--)],
    ['another byte in it', changed((bytes) => bytes[frame.length - 1]!++)],
    ['another receiver', changed((bytes) => bytes[5]!++)],
  ] as const)
    it(`are not one with ${what}`, () => assert.ok(!sameOnLink(facts, other)));
});

describe('what the way leaves alone', () => {
  for (const example of ['nat', 'dnat', 'dr', 'tun'])
    it(`${example}: is the same on every hop of a packet, and no other packet has it`, () => {
      const { plan, events } = runLab(planOf(exampleText(example)));
      const frames = events.flatMap((event) => (event.kind === 'frame' ? [event.bytes] : []));
      const packets = reportOfEvents(plan, events)
        .journeys.filter(({ kind }) => !kind.startsWith('arp'))
        .map(({ hops }) => hops.map(({ frame }) => readFacts(frames[frame - 1]!)));
      assert.ok(packets.length > 20);
      for (const [index, hops] of packets.entries()) {
        for (const hop of hops) {
          assert.equal(packetKey(hop), packetKey(hops[0]!));
          assert.ok(samePacketOn(hops[0]!, hop));
        }
        for (const other of packets.slice(index + 1)) assert.ok(!samePacketOn(hops[0]!, other[0]!));
      }
    });
});
