import assert from 'node:assert/strict';
import { TopologyText } from '../../../../src/extension/core/language/topology-text.ts';
import { breakIt } from '../../../../src/extension/core/first-run/break-it.ts';
import { firstRunCards } from '../../../../src/extension/core/first-run/cards.ts';
import { loadTopology } from '../../../../src/lab/topology/load.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

const dr = example('dr');

function broken(text: string): string {
  const edit = breakIt(new TopologyText(text, 'dr.lblab.yaml'), 'rs1')!;
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

describe('the first run', () => {
  const block = dr.replace(
    / {2}rs1:.*\n/,
    '  rs1:\n    role: server\n    at: { inside: 10.0.2.11 }\n    gateway: router\n',
  );
  const said = dr.replace('10.0.2.11 },', '10.0.2.11 }, hideVip: true,');
  for (const [name, text] of Object.entries({ dr, block, said })) {
    it(`breaks the file by one setting (${name})`, () => {
      const { document, problems } = loadTopology(broken(text), 'dr.lblab.yaml');
      assert.ok(problems.every(({ severity }) => severity === 'warning'));
      assert.equal(document!.topology.nodes['rs1']!.hideVip, false);
      assert.equal(breakIt(new TopologyText(broken(text), 'dr.lblab.yaml'), 'rs1'), undefined);
      const before = loadTopology(text, 'dr.lblab.yaml').document!.topology.nodes['rs1']!;
      assert.deepEqual(document!.topology.nodes['rs1'], { ...before, hideVip: false });
    });
  }

  it('there is nothing to break where there is no such server, or no file to read', () => {
    assert.equal(breakIt(new TopologyText(dr, 'dr.lblab.yaml'), 'nobody'), undefined);
    assert.equal(breakIt(new TopologyText('model: [', 'dr.lblab.yaml'), 'rs1'), undefined);
  });

  it('speaks of the first request that was answered, at the director’s hop', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    assert.deepEqual(
      firstRunCards(session.recording.report(), session.version.plan, new Set(), translate),
      [],
    );
    source.settle();
    const report = session.recording.report();
    const cards = firstRunCards(report, session.version.plan, new Set(), translate);
    assert.deepEqual(
      cards.map(({ id }) => id),
      ['predict', 'reply-path', 'break-it'],
    );
    const [predict] = cards;
    const journey = report.journeys.find(({ id }) => id === predict!.journey)!;
    assert.equal(journey.kind, 'syn');
    assert.equal(journey.hops[predict!.hop!]!.from, 'director');
    assert.deepEqual(
      predict!.choices.filter(({ right }) => right).map(({ text }) => text),
      ['MAC'],
    );
    const left = firstRunCards(report, session.version.plan, new Set(['predict', 'break-it']), translate);
    assert.deepEqual(
      left.map(({ id }) => id),
      ['reply-path'],
    );
    await session.stop();
  });

  /** The cards beside a recording of this file. */
  async function cardsOf(text: string) {
    const source = new ManualSource();
    const session = sessionOf(text);
    await session.start(text, source);
    source.settle();
    const report = session.recording.report();
    await session.stop();
    return {
      report,
      plan: session.version.plan,
      cards: firstRunCards(report, session.version.plan, new Set(), translate),
    };
  }

  it('asks nothing where a mistake is shown, or a promise is broken', async () => {
    for (const text of [example('lessons/vip-not-hidden'), broken(dr)])
      assert.deepEqual((await cardsOf(text)).cards, []);
    const lesson = await cardsOf(`${dr}\nexpect: { broken: [] }\n`);
    assert.deepEqual(lesson.cards, []);
    assert.ok(lesson.report.promises.every(({ verdict }) => verdict !== 'broken'));
  });

  it('asks nothing that the recording does not answer', async () => {
    const { report, plan } = await cardsOf(dr);
    const ids = (change: Partial<typeof report>) =>
      firstRunCards({ ...report, ...change }, plan, new Set(), translate).map(({ id }) => id);
    const journeys = (keep: (hop: (typeof report)['journeys'][number]['hops'][number]) => boolean) =>
      report.journeys.map((journey) => ({ ...journey, hops: journey.hops.filter(keep) }));
    assert.equal(ids({}).length, 3);
    // A SYN that never met the director, and one whose way there was not captured.
    assert.deepEqual(ids({ journeys: journeys(({ from }) => from !== 'director') }), []);
    const touching = report.journeys.map((journey) =>
      journey.kind === 'syn-ack'
        ? { ...journey, hops: journey.hops.map((hop) => ({ ...hop, to: 'director' })) }
        : journey,
    );
    assert.deepEqual(ids({ journeys: touching }), []);
    assert.deepEqual(ids({ flows: [] }), []);
  });

  it('asks nothing in other models', async () => {
    for (const model of ['nat', 'dnat', 'tun']) assert.deepEqual((await cardsOf(example(model))).cards, []);
  });
});
