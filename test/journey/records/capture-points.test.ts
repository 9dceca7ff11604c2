import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Report } from '../../../src/journey/report.ts';
import { makeTranslate } from '../../support/translate.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { exampleText, planOf, runLab } from '../../lab/embedded/testbed.ts';
import { soundText, type Sound } from '../sound-topologies.ts';

const examples = ['nat', 'dnat', 'dnat-plain', 'dr', 'tun', 'lessons/vip-not-hidden', 'lessons/dr-port-map'];

/** Of one that nobody wrote, with all its clients but one behind a NAT router. */
const behindNat: Omit<Sound, 'model'> = {
  nats: 1,
  natBehind: false,
  outsider: true,
  clients: 1,
  routers: 1,
  apart: false,
  protocol: 'tcp',
  upload: 0,
  response: 0,
  scheduler: 'rr',
  persistence: false,
  decrementTtl: true,
  clampMss: false,
  wide: true,
};
const PARTS = 30;

/** About half of the points each time, and each time the same. */
function partsOf(points: readonly string[]): string[][] {
  let state = 1;
  const isIn = () => {
    // Numerical Recipes' generator: its upper bits are good enough.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >= 2 ** 31;
  };
  return Array.from({ length: PARTS }, () => points.filter(isIn));
}

describe('captures that were not made everywhere', () => {
  for (const model of ['dr', 'tun', 'dnat', 'dnat-plain'] as const)
    it(`${model} behind a NAT router: nothing is said to be broken`, () => {
      const { plan, events } = runLab(planOf(soundText({ ...behindNat, model })));
      const points = plan.nodes.flatMap(({ name, interfaces }) =>
        interfaces.map(({ segment }) => `${name}.${segment}`),
      );
      for (const part of [points, ...partsOf(points)]) {
        const builder = new JourneyBuilder(plan, {
          engine: 'capture',
          startedAt: '',
          translate: makeTranslate('en'),
          capturePoints: new Set(part),
        });
        builder.add(
          events.filter((event) => event.kind === 'frame' && part.includes(`${event.node}.${event.segment}`)),
        );
        const { promises } = builder.report();
        const broken = promises.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id);
        assert.deepEqual(broken, [], part.join(', '));
      }
    });

  for (const example of examples) {
    const { plan, events } = runLab(planOf(exampleText(example)));
    const points = plan.nodes.flatMap(({ name, interfaces }) =>
      interfaces.map(({ segment }) => `${name}.${segment}`),
    );
    const inCapture = events.filter(({ kind }) => kind === 'frame' || kind === 'plan');

    function reportFrom(capturePoints: ReadonlySet<string>): Report {
      const isCaptured = (event: LabEvent) =>
        event.kind !== 'frame' || capturePoints.has(`${event.node}.${event.segment}`);
      const builder = new JourneyBuilder(plan, {
        engine: 'capture',
        startedAt: '',
        translate: makeTranslate('en'),
        capturePoints,
      });
      builder.add(inCapture.filter(isCaptured));
      return builder.report();
    }

    const whole = reportFrom(new Set(points));
    const broken = ({ promises }: Report) =>
      promises.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id);
    const outcomes = ({ flows }: Report) => new Set(flows.map(({ outcome }) => outcome.kind));

    // Each point alone, each pair, and all but one.
    const chosen = [
      ...points.map((point) => [point]),
      ...points.flatMap((one, at) => points.slice(at + 1).map((other) => [one, other])),
      ...points.map((point) => points.filter((other) => other !== point)),
    ];

    it(`${example}: a part of the capture claims no failure that the whole does not show`, () => {
      for (const part of chosen) {
        const report = reportFrom(new Set(part));
        for (const id of broken(report))
          assert.ok(broken(whole).includes(id), `${part.join(', ')}: ${id} is said to be broken`);
        // That something cannot be told apart is no failure.
        for (const kind of outcomes(report))
          assert.ok(
            kind === 'open' || kind === 'ambiguous' || outcomes(whole).has(kind),
            `${part.join(', ')}: ${kind}`,
          );
        for (const { code } of report.explanations)
          assert.ok(
            whole.explanations.some((one) => one.code === code) ||
              // As much of the cause as this part shows.
              (code === 'connection-refused' && outcomes(whole).has('refused')),
            `${part.join(', ')}: ${code}`,
          );
      }
    });

    if (example === 'lessons/vip-not-hidden')
      it(`${example}: what one frame shows is told, wherever it was captured`, () => {
        assert.deepEqual(broken(reportFrom(new Set(['router.inside']))), ['vip-arp']);
      });
  }
});
