import assert from 'node:assert/strict';
import { breakIt } from '../../../src/extension/first-run/break-it.ts';
import { firstRunCards } from '../../../src/extension/first-run/cards.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { example, ManualSource, sessionOf, translate } from '../support.ts';

const dr = example('dr');

function broken(text: string): string {
  const edit = breakIt(text, 'dr.lblab.yaml', 'rs1')!;
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
      assert.equal(breakIt(broken(text), 'dr.lblab.yaml', 'rs1'), undefined);
      const before = loadTopology(text, 'dr.lblab.yaml').document!.topology.nodes['rs1']!;
      assert.deepEqual(document!.topology.nodes['rs1'], { ...before, hideVip: false });
    });
  }

  it('there is nothing to break where there is no such server, or no file to read', () => {
    assert.equal(breakIt(dr, 'dr.lblab.yaml', 'nobody'), undefined);
    assert.equal(breakIt('model: [', 'dr.lblab.yaml', 'rs1'), undefined);
  });

  it('speaks of the first request that was answered, at the director’s hop', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    assert.deepEqual(firstRunCards(session.report(), session.plan, new Set(), translate), []);
    source.settle();
    const report = session.report();
    const cards = firstRunCards(report, session.plan, new Set(), translate);
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
    const left = firstRunCards(report, session.plan, new Set(['predict', 'break-it']), translate);
    assert.deepEqual(
      left.map(({ id }) => id),
      ['reply-path'],
    );
    await session.stop();
  });
});
