import assert from 'node:assert/strict';
import { EpochTally } from '../../../src/journey/judgement/epoch-tally.ts';
import type { JourneyRecord } from '../../../src/journey/records/journey-record.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { ask } from '../asking.ts';
import {
  dnatTable,
  drTable,
  natTable,
  Story,
  tunTable,
  whole,
  type PacketName,
  type Step,
  type Tamper,
} from '../oracle.ts';
import { dnatText, drText, natText, planOf, tunText, withPort } from '../plans.ts';
import { Judged } from './judged.ts';

const [dr, tun, dnat, nat] = [drText, tunText, dnatText, natText].map(planOf) as [Plan, Plan, Plan, Plan];

/** Ends the packet at this leg, as the node there decided. */
const endsAt =
  (leg: number, decision: Step['decision'] = {}): Tamper =>
  (step) => {
    step.ends = step.leg === leg;
    if (step.ends) step.decision = decision;
  };
const lostOn =
  (leg: number): Tamper =>
  (step) => {
    step.lost = step.leg === leg;
  };
const wrongTtl: Tamper = (step) => {
  if (step.direction === 'reply') step.ttl = 60;
};

describe('what explanations may be made of', () => {
  const notable = (story: Story) => new Judged(story.plan).tell(story.events).notable;

  it('is what failed or ended for a reason, resets and errors, and questions about addresses', () => {
    const story = () => new Story(dr);
    assert.deepEqual(notable(story().talk(drTable())), []);
    for (const [name, told, kinds] of [
      ['lost', story().talk(drTable(), ['syn'], lostOn(1)), ['syn']],
      ['kept', story().talk(drTable(), ['syn'], endsAt(0)), ['syn']],
      [
        'refused',
        story().talk(drTable(), ['syn'], endsAt(1, { relation: 'answered', rule: 'no-service' })),
        ['syn'],
      ],
      ['reset', story().talk(drTable(), ['syn', 'rst']), ['syn', 'rst']],
      ['broken', story().talk(drTable(), ['syn', 'syn-ack'], wrongTtl), ['syn-ack']],
      [
        'asked',
        story().arp('inside', 'router', '10.0.2.1', '10.0.2.2', 'director'),
        ['arp-request', 'arp-reply'],
      ],
      [
        'an error',
        story()
          .talk(drTable(), ['syn'], endsAt(0))
          .icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 3, 1),
        ['syn', 'icmp-error'],
      ],
    ] as const)
      assert.deepEqual(notable(told), kinds, name);
  });

  it('is no more what turned out to have arrived', () => {
    const { events } = new Story(dr).talk(drTable(), ['syn']);
    const judged = new Judged(dr);
    const last = events.findLastIndex(({ kind }) => kind === 'frame');
    assert.deepEqual(judged.tell(events.slice(0, last)).notable, ['syn']);
    assert.deepEqual(judged.tell(events.slice(last)).notable, []);
  });

  it('is in the order of the packets, also where one is judged again', () => {
    const story = new Story(dr).talk(drTable(), ['syn'], endsAt(1));
    const [decision] = new Story(dr)
      .talk(drTable(), ['syn'], endsAt(1, { relation: 'dropped', reason: 'no-server' }))
      .events.filter(({ kind }) => kind === 'decision')
      .slice(-1);
    story.talk(drTable(), ['ack', 'fin'], lostOn(0));
    const judged = new Judged(dr).tell(story.events);
    assert.deepEqual(judged.notable, ['syn', 'ack', 'fin']);
    judged.tell([{ ...decision!, timeNs: story.nowNs }]);
    assert.equal(judged.state.journeys[0]!.last.fate!.reason, 'no-server');
    assert.deepEqual(judged.notable, ['syn', 'ack', 'fin']);
  });

  describe('of a load', () => {
    const load = { load: { connections: 1, durationNs: 1e9 } };
    const ofLoad = (names: readonly PacketName[], tamper?: Tamper, plan = dr) =>
      notable(ask(new Story(plan).talk(drTable(), names, tamper), { entry: load }));

    it('is what a node that had it did not do, and that nobody listens', () => {
      assert.deepEqual(ofLoad(['syn'], endsAt(1, { relation: 'dropped', reason: 'no-server' })), ['syn']);
      const refused: Tamper = (step) => {
        if (step.name === 'rst') step.sequence = 0;
      };
      assert.deepEqual(ofLoad(['syn', 'rst'], refused), ['rst']);
    });

    it('is not what goes as it should, nor what not all frames need show', () => {
      assert.deepEqual(ofLoad(whole), []);
      assert.deepEqual(ofLoad(['syn', 'syn-ack', 'rst']), []);
      assert.deepEqual(ofLoad(['syn'], lostOn(1)), []);
      assert.deepEqual(ofLoad(['syn'], endsAt(0)), []);
      const lossy = withPort(dr, 'router', 'inside', { loss: 0.1 });
      assert.deepEqual(ofLoad(['syn'], endsAt(0), lossy), []);
      assert.deepEqual(ofLoad(['syn', 'syn-ack'], wrongTtl), []);
    });
  });

  it('is nothing of what was recorded in part', () => {
    const story = new Story(dr).talk(
      drTable(),
      ['syn'],
      endsAt(1, { relation: 'dropped', reason: 'no-server' }),
    );
    const reduced: LabEvent = {
      ...{ kind: 'capture', timeNs: story.nowNs, detail: 'headers' },
      ...{ node: 'client', segment: 'outside' },
    };
    const judged = new Judged(dr);
    assert.deepEqual(judged.tell(story.events).notable, ['syn']);
    assert.deepEqual(judged.tell([reduced]).notable, []);
  });
});

describe('what shows nothing of any promise', () => {
  /** Two hosts send the same bytes but for their addresses; both come in before either goes out. */
  const alike = () => {
    const zeroId: Tamper = (step) => {
      step.spoil = (bytes) => bytes.fill(0, 18, 20);
    };
    const story = new Story(nat)
      .talk(natTable('pc1', 50000, 40001), ['syn'], zeroId)
      .talk(natTable('pc2', 50000, 40002), ['syn'], zeroId);
    const [a, b, c, d, e, f, g, h] = story.events.filter(({ kind }) => kind !== 'decision');
    return [a!, b!, e!, f!, c!, d!, g!, h!].map((event, i) => ({ ...event, timeNs: 1e6 + i * 1e4 }));
  };

  it('is in a capture what cannot be told apart', () => {
    const judged = new Judged(nat, 'capture').tell(alike());
    assert.ok(judged.state.journeys.some(({ confidence }) => confidence === 'ambiguous'));
    assert.equal(judged.verdicts()['one-address'], 'not seen');
    const { events } = new Story(nat).talk(natTable());
    assert.equal(new Judged(nat, 'capture').tell(events).verdicts()['one-address'], 'kept');
  });

  it('is what was recorded in part, whatever was thought of it before, and when it is not kept any more', () => {
    const story = new Story(dr).talk(drTable(), whole, wrongTtl);
    const judged = new Judged(dr).tell(story.events);
    assert.equal(judged.verdicts()['headers'], 'broken');
    judged.tell([
      { kind: 'capture', timeNs: story.nowNs, node: 'client', segment: 'outside', detail: 'headers' },
    ]);
    assert.equal(judged.verdicts()['headers'], 'not seen');
    for (const journey of judged.state.journeys) judged.state.judge.evict(journey);
    assert.equal(judged.verdicts()['headers'], 'not seen');
  });
});

describe('what was shown by packets that are not kept any more', () => {
  const evict = (judged: Judged, journeys: readonly JourneyRecord[]) => {
    for (const journey of journeys) judged.state.judge.evict(journey);
  };

  it('is remembered, kept or broken, once whatever else is said of them', () => {
    for (const [tamper, headers] of [
      [undefined, 'kept'],
      [wrongTtl, 'broken'],
    ] as const) {
      const judged = new Judged(dr).tell(new Story(dr).talk(drTable(), whole, tamper).events);
      evict(judged, judged.state.journeys);
      assert.deepEqual(
        [judged.verdicts()['headers'], judged.verdicts()['server-sees-cip'], judged.tally().notable],
        [headers, 'kept', 0],
      );
      // Nothing of them is named any more, but what broke it.
      const { evidence } = judged
        .tally()
        .verdicts((key) => key)
        .find(({ id }) => id === 'server-sees-cip')!;
      assert.deepEqual(evidence, []);
    }
  });

  it('is shown by the frames of those that are left', () => {
    for (const [plan, table, next] of [
      [dr, drTable(), drTable('rs2', 40002)],
      [tun, tunTable(), tunTable('rs2', 40002)],
      [dnat, dnatTable(), dnatTable(true, 'rs2', 40002, 50002)],
    ] as const) {
      const story = new Story(plan).talk(table);
      const gone = story.events.length;
      // More answers than requests: what shows one part of a promise need not show the other.
      story.talk(next, ['syn', 'syn-ack', 'ok', 'ok', 'ok', 'ok', 'ok'], undefined, 90_000);
      const frames = story.events.slice(0, gone).filter(({ kind }) => kind === 'frame').length;
      const judged = new Judged(plan).tell(story.events);
      const [flow] = judged.state.deriver.flows;
      evict(judged, flow!.journeys);
      for (const journey of flow!.journeys) journey.gone = true;
      const evidenceOf = (of: Judged, before: number) =>
        of
          .tally()
          .verdicts((key) => key)
          .map(({ id, verdict, evidence }) => [id, verdict, evidence.map((frame) => frame - before)]);
      const alone = new Judged(plan).tell(story.events.slice(gone));
      assert.deepEqual(evidenceOf(judged, frames), evidenceOf(alone, 0));
    }
  });

  describe('of ports outside', () => {
    const flows = (...ports: readonly (readonly [host: 'pc1' | 'pc2', port: number])[]) => {
      const story = new Story(nat);
      for (const [index, [host, port]] of ports.entries())
        story.talk(natTable(host, 50000 + index, port), ['syn'], undefined, 1000 + index * 50_000);
      return new Judged(nat).tell(story.events);
    };
    const uniquePorts = (judged: Judged) => {
      const { verdict, evidence } = judged
        .tally()
        .verdicts((key) => key)
        .find(({ id }) => id === 'unique-ports')!;
      return [verdict, ...evidence];
    };
    const evictFlow = (judged: Judged, index: number) => {
      const flow = [...judged.state.deriver.flows][index]!;
      const { hops } = flow.journeys[0]!;
      flow.gone = true;
      judged.state.judge.evictFlow(flow);
      return hops[1]!.frame;
    };

    it('are each flow’s own only where there were several', () => {
      const one = flows(['pc1', 40001]);
      evictFlow(one, 0);
      assert.deepEqual(uniquePorts(one), ['not seen']);
      const two = flows(['pc1', 40001], ['pc2', 40002]);
      assert.equal(uniquePorts(two)[0], 'kept');
      evictFlow(two, 0);
      assert.deepEqual(uniquePorts(two), ['kept']);
    });

    it('are shared by the flow that is gone and the one that is left', () => {
      const judged = flows(['pc1', 40001], ['pc2', 40001], ['pc1', 40009]);
      const [, ...before] = uniquePorts(judged);
      assert.equal(before.length, 2);
      const frame = evictFlow(judged, 0);
      assert.equal(frame, before[0]);
      assert.deepEqual(uniquePorts(judged), ['broken', frame]);
    });
  });
});

describe('when a node was seen sending last', () => {
  it('is the latest of all that it sent, whichever is judged last, and stays known when those are not kept', () => {
    const { events } = new Story(dr).talk(drTable(), whole);
    const judged = new Judged(dr).tell(events);
    const sent = events.filter((event) => event.kind === 'frame' && event.direction === 'out');
    const lastOf = (node: string) =>
      sent.findLast((event) => event.kind === 'frame' && event.node === node)!.timeNs;
    judged.tally().add(judged.state.journeys[0]!);
    const after = new EpochTally(judged.tally().stage, () => []);
    after.inherit(judged.tally());
    for (const node of ['client', 'director', 'rs1'])
      for (const tally of [judged.tally(), after]) assert.equal(tally.lastSentNs(node), lastOf(node), node);
    assert.equal(after.lastSentNs('rs2'), -Infinity);
  });
});
