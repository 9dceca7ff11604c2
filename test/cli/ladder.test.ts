import assert from 'node:assert/strict';
import { ladder } from '../../src/cli/ladder/ladder.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import { makeTranslate } from '../support/translate.ts';
import type { PlanChange } from '../../src/lab/topology/plan.ts';
import { asIpv4 } from '../../src/packet/address.ts';
import { exampleText, planOf, runLab } from '../lab/embedded/testbed.ts';

const plan = planOf(exampleText('dr'));
const plain = (_: string, text: string) => text;
const journey = () => assert.fail();

const kinds = Object.keys({
  'segment-added': 0,
  'segment-changed': 0,
  'segment-removed': 0,
  'segments-reordered': 0,
  'node-added': 0,
  'node-changed': 0,
  'node-removed': 0,
  'nodes-reordered': 0,
  'forwarder-changed': 0,
  'services-changed': 0,
  'traffic-changed': 0,
  'events-changed': 0,
  'lab-changed': 0,
  'neighbour-forgotten': 0,
} satisfies Record<PlanChange['kind'] | 'neighbour-forgotten', 0>);

describe('the epochs of the ladder', () => {
  for (const language of ['en', 'zh-cn'] as const) {
    const translate = makeTranslate(language);

    it(`${language}: one that nothing was sent in has its line too`, () => {
      const builder = new JourneyBuilder(plan, { engine: 'embedded', startedAt: 'T', translate });
      const { segments } = plan;
      const change: PlanChange = {
        kind: 'segment-changed',
        segment: { ...segments[0]!, mtu: 1400 },
        index: 0,
      };
      for (const [epoch, changes] of [[], [change]].entries())
        builder.add([{ kind: 'plan', timeNs: epoch, epoch, plan, changes, durationNs: 0 }]);
      const frame = () => new Uint8Array();
      const lines = ladder(builder.report(), plan, 'dr', {
        translate,
        paint: plain,
        full: false,
        values: false,
        journey,
        frame,
      });
      assert.match(
        lines.at(-1)!,
        language === 'en' ? /epoch 1: segment outside changed/ : /第 1 阶段：网段 outside 改变/,
      );
    });

    it(`${language}: what neighbours were made to forget stands beside the change that did it`, () => {
      const builder = new JourneyBuilder(plan, { engine: 'embedded', startedAt: 'T', translate });
      const event = { kind: 'plan', timeNs: 5, plan, durationNs: 1 } as const;
      builder.add([{ ...event, epoch: 0, changes: [] }]);
      const forgotten = [{ segment: 'inside', address: asIpv4(0x0a000264) }];
      builder.add([{ ...event, epoch: 1, changes: [{ kind: 'services-changed', services: [] }], forgotten }]);
      const frame = () => new Uint8Array();
      const options = { translate, paint: plain, full: false, values: false, journey, frame };
      const line = ladder(builder.report(), plan, 'dr', options).at(-1)!;
      assert.match(
        line,
        language === 'en'
          ? /neighbours forget 10\.0\.2\.100 \(inside\)/
          : /邻居表项 10\.0\.2\.100 \(inside\) 被清除/,
      );
    });

    it(`${language}: every kind of change has its words`, () => {
      for (const kind of kinds) {
        const text = translate(`cli.change.${kind}`, { name: 'x' });
        assert.ok(!text.includes(kind), text);
      }
    });
  }
});

// There may be a hundred thousand packets, and somebody waits who has pressed Ctrl-C.
describe('the packets that the ladder looks at', () => {
  it('are those of the flows that it unfolds', () => {
    const { events } = runLab(plan);
    const builder = new JourneyBuilder(plan, {
      engine: 'embedded',
      startedAt: 'T',
      translate: makeTranslate('en'),
    });
    builder.add(events);
    const report = builder.report();
    const asked = new Set<number>();
    const lines = ladder(
      Object.defineProperty({ ...report } as Report, 'journeys', { get: () => assert.fail() }),
      plan,
      'dr',
      {
        translate: makeTranslate('en'),
        paint: plain,
        full: false,
        values: false,
        journey: (id) => (asked.add(id), builder.journey(id)!),
        frame: (number) => builder.frame(number)!.bytes,
      },
    );
    const unfolded = lines.flatMap((line) => /^▾ #(\d+)/.exec(line)?.[1] ?? []).map(Number);
    assert.ok(unfolded.length > 0 && unfolded.length < report.flows.length);
    const theirs = report.flows.filter(({ id }) => unfolded.includes(id)).flatMap((flow) => flow.journeys);
    assert.deepEqual(asked, new Set(theirs));
  });
});
