import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Report } from '../../../src/journey/report.ts';
import type { FrameEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { setU32, u32 } from '../../../src/packet/bytes.ts';
import { exampleText, planOf, runLab } from '../../lab/embedded/testbed.ts';
import { makeTranslate } from '../../support/translate.ts';

function captureOf(plan: Plan, frames: readonly FrameEvent[]): Report {
  const builder = new JourneyBuilder(plan, {
    engine: 'capture',
    startedAt: '',
    translate: makeTranslate('en'),
    capturePoints: new Set(frames.map(({ node, segment }) => `${node}.${segment}`)),
  });
  builder.add(frames);
  return builder.report();
}

const isTcp = (bytes: Uint8Array) => bytes[13] === 0 && bytes[23] === 6;

describe('sightings of one packet', () => {
  for (const example of ['nat', 'dnat', 'dr', 'tun']) {
    const { plan, frames } = runLab(planOf(exampleText(example)));
    const hosts = plan.nodes
      .filter(({ role }) => role !== 'router' && role !== 'director')
      .map(({ name }) => name);

    it(`${example}: captured at the hosts alone, are one journey with a gap, and nothing is sent again`, () => {
      const whole = captureOf(plan, frames());
      const { journeys } = captureOf(
        plan,
        frames().filter(({ node }) => hosts.includes(node)),
      );
      const ofHosts = whole.journeys.filter(({ hops, kind }) => {
        const ends = [hops[0]!.from, hops.at(-1)!.to];
        return !kind.startsWith('arp') && ends.some((name) => hosts.includes(name));
      });
      const packets = journeys.filter(({ kind }) => !kind.startsWith('arp'));
      assert.equal(packets.length, ofHosts.length);
      assert.ok(packets.every(({ retransmission, hops }) => !retransmission && hops.length === 2));
      assert.ok(packets.every(({ outcome, confidence }) => outcome === 'arrived' && confidence === 'likely'));
    });
  }

  for (const example of ['nat', 'dnat', 'dr', 'tun'])
    it(`${example}: are the same journeys where a clock is off by less than it may be, whichever was seen first`, () => {
      const { plan, frames } = runLab(planOf(exampleText(example)));
      const clients = plan.nodes.filter(({ role }) => role === 'client').map(({ name }) => name);
      const seen = frames().filter(
        ({ node }) => !plan.nodes.some((one) => one.name === node && one.role === 'router'),
      );
      const packets = (offNs: number) =>
        captureOf(
          plan,
          seen
            .map((frame) =>
              clients.includes(frame.node) ? { ...frame, timeNs: frame.timeNs + offNs } : frame,
            )
            .sort((a, b) => a.timeNs - b.timeNs),
        )
          .journeys.filter(({ kind }) => !kind.startsWith('arp'))
          .map(({ hops }) => hops.map(({ from, to, segment }) => `${from} ${to} ${segment}`).join(', '))
          .sort();
      const together = packets(0);
      for (const offNs of [-0.4e6, -0.15e6, 0.15e6, 0.4e6])
        assert.deepEqual(packets(offNs), together, String(offNs));
    });

  it('that fit two packets are ambiguous, and neither is taken', () => {
    const { plan, frames } = runLab(planOf(exampleText('nat')));
    const syn = frames().find(({ node, bytes }) => node === 'pc1' && isTcp(bytes))!;
    const sequence = (bytes: Uint8Array) => u32(bytes, 14 + 20 + 4);
    const came = frames().find(
      ({ node, bytes }) => node.startsWith('web') && isTcp(bytes) && sequence(bytes) === sequence(syn.bytes),
    )!;
    const pc2 = plan.nodes.find(({ name }) => name === 'pc2')!.interfaces[0]!;
    const bytes = syn.bytes.slice();
    setU32(bytes, 26, pc2.address);
    for (let at = 0; at < 6; at++) bytes[6 + at] = Math.floor(pc2.mac / 256 ** (5 - at)) % 256;
    const like = { ...syn, node: 'pc2', bytes };
    const { journeys } = captureOf(plan, [syn, like, came]);
    assert.deepEqual(
      journeys.map(({ hops, confidence }) => [hops.length, confidence]),
      [
        [1, 'ambiguous'],
        [1, 'ambiguous'],
        [1, 'ambiguous'],
      ],
    );
  });
});
