import assert from 'node:assert/strict';
import { TopologyText } from '../../../../src/extension/core/language/topology-text.ts';
import { breakIt } from '../../../../src/extension/core/first-run/break-it.ts';
import { brokenCard, nextCard } from '../../../../src/extension/core/first-run/after-break.ts';
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
      ['MAC addresses'],
    );
    assert.deepEqual(
      predict!.choices.map(({ text }) => text),
      ['MAC addresses', 'IP addresses', 'Ports'],
    );
    assert.match(predict!.after!, /TTL is one less does not count/);
    assert.doesNotMatch(predict!.text, /MAC|TTL/);
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

  it('after the third card says who answers ARP since the edit, and how the race ended', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    const card = (canUndo = true) =>
      brokenCard(session.recording.report(), session.recording.epoch, canUndo, translate);
    assert.equal(card(), undefined, 'nothing was edited');
    await session.apply(broken(dr));
    assert.equal(card(), undefined, 'nothing was seen since');
    await session.request();
    source.settle();
    const told = card()!;
    assert.match(told.text, /the director, and rs1\. This time the director was believed/);
    assert.deepEqual(
      told.actions.map(({ kind }) => kind),
      ['show', 'undo'],
    );
    assert.equal(told.change, session.recording.epoch);
    const { journeys } = session.recording.report();
    const shown = journeys.find(({ id }) => id === told.journey)!;
    assert.deepEqual([shown.kind, shown.hops[told.hop!]!.from], ['arp-reply', 'rs1']);
    assert.deepEqual(
      card(false)!.actions.map(({ kind }) => kind),
      ['show'],
    );
    await session.apply(dr);
    await session.request();
    source.settle();
    assert.equal(card(), undefined, 'taken back');
    await session.stop();
  });

  it('says that the race was lost where requests went past the director', async () => {
    const text = example('lessons/vip-not-hidden');
    const mended = text.replace(', hideVip: false', '');
    const source = new ManualSource();
    const session = sessionOf(mended);
    await session.start(mended, source);
    source.settle();
    await session.apply(text);
    await session.request();
    source.settle();
    const { recording } = session;
    const told = brokenCard(recording.report(), recording.epoch, true, translate)!;
    assert.match(told.text, /went straight to rs1, past the director/);
    await session.stop();
  });

  it('ends with what next: TUN, the lessons, a topology of one’s own', () => {
    assert.deepEqual(
      nextCard(translate).actions.map(({ kind }) => kind),
      ['tun', 'lessons', 'own'],
    );
  });

  it('asks nothing in other models', async () => {
    for (const model of ['nat', 'dnat', 'tun']) assert.deepEqual((await cardsOf(example(model))).cards, []);
  });
});
