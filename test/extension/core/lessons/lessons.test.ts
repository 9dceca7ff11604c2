import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import {
  lessonNames,
  lessonOf,
  nextLesson,
  type LessonName,
} from '../../../../src/extension/core/lessons/lessons.ts';
import { lookouts } from '../../../../src/extension/core/lessons/lookouts.ts';
import { lessonView, unplannedLesson } from '../../../../src/extension/core/lessons/view.ts';
import type { LabSession } from '../../../../src/extension/core/labs/lab-session.ts';
import { loadTopology } from '../../../../src/lab/topology/load.ts';
import type { LessonView } from '../../../../src/panel-protocol/messages.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

const root = new URL('../../../../', import.meta.url);
const fileOf = (name: string): string => `${name}.lblab.yaml`;
const viewOf = (session: LabSession): LessonView =>
  lessonView(
    session.file,
    session.recording,
    session.version.plan.expect!,
    (place) => session.version.lineOf(place),
    translate,
  );

/** A lesson whose file has run to its end. */
async function run(name: string, text = example(`lessons/${name}`)) {
  const source = new ManualSource();
  const session = sessionOf(text, fileOf(name));
  await session.start(text, source);
  source.settle();
  return { session, source, text };
}

/** What the files and their pages say that mends them. */
const mends: Readonly<Partial<Record<LessonName, readonly [from: string | RegExp, to: string]>>> = {
  'nat-same-port': [/^ *translatePorts: false.*\n/m, ''],
  'dnat-reply-not-rewritten': [/^ *snat: false.*\n/m, ''],
  'director-down': [/, *down: true|down: true, */, ''],
  takeover: [/advert: 1s/, 'advert: 200ms'],
  'announcement-lost': [/, garp: \{ repeat: 0 \}/, ''],
  'split-brain': [/^ *- \{ at: 2500ms, set: .*\n/gm, ''],
  'gateway-stays': [/gateway: lb1/g, 'gateway: 10.0.2.254'],
  check: [/every: 2s, retry: 2/, 'every: 500ms, retry: 0'],
  'vip-not-hidden': [/, hideVip: false/, ''],
  'vip-missing': [/, holdVip: false/, ''],
  'dr-port-map': [/(rs2: \{ port:) 8080 \}/, '$1 80 }'],
  'reverse-path-filter': [/, rpFilter: strict/, ''],
  'no-decapsulator': [/, decapsulate: false/, ''],
  'gue-no-decapsulator': [/, decapsulate: false/, ''],
  'tunnel-mtu': [/front: 10\.0\.2\.0\/24/, 'front: { subnet: 10.0.2.0/24, mtu: 1520 }'],
  'tunnel-mtu-filtered': [/, drop: \[icmp\]/, ''],
  'port-pool-exhausted': [/ports: 40000-40001/, 'ports: 40000-40100'],
};
const runnable = lessonNames.filter((name) => name !== 'dr-across-router');

describe('lessons', () => {
  it('are those of the folder, in the order of the index', () => {
    const index = readFileSync(new URL('docs/lessons/README.md', root), 'utf8');
    const inIndex = [...index.matchAll(/\(([a-z-]+)\.md\)/g)].map(([, name]) => name);
    assert.deepEqual(lessonNames, inIndex);
    const inFolder = readdirSync(new URL('examples/lessons', root)).map((name) => name.split('.')[0]);
    assert.deepEqual(inFolder.toSorted(), lessonNames.toSorted());
  });

  it('are known by the names of their copies, and follow one another', () => {
    assert.equal(lessonOf('vip-missing.lblab.yaml'), 'vip-missing');
    assert.equal(lessonOf('vip-missing-12.lblab.yml'), 'vip-missing');
    assert.equal(lessonOf('my-vip-missing.lblab.yaml'), undefined);
    assert.equal(nextLesson('vip-not-hidden'), 'vip-missing');
    assert.equal(nextLesson(lessonNames.at(-1)!), undefined);
  });

  for (const locale of ['en', 'zh-cn'] as const)
    it(`without a mistake say what they are about, in ${locale}`, () => {
      for (const name of Object.keys(lookouts))
        assert.notEqual(makeTranslate(locale)(`lesson-about.${name}`), `lesson-about.${name}`);
    });

  for (const name of runnable) {
    it(`${name}: shown by its recording, with rows to look at`, async () => {
      const { session } = await run(name);
      const view = viewOf(session);
      assert.equal(view.shown, 'yes', view.verdict);
      assert.equal(view.mended, mends[name] ? 'not-yet' : 'none');
      assert.equal(view.mend !== undefined, mends[name] !== undefined);
      assert.ok(view.steps.length > 0);
      const { flows, journeys } = session.recording.report();
      for (const { flow, journey, hop, field } of view.steps) {
        assert.ok(flows.some(({ id }) => id === flow));
        const at = journeys.find(({ id }) => id === journey);
        assert.equal(at?.flow, journey === undefined ? undefined : flow);
        if (hop === undefined) continue;
        assert.ok(at!.hops[hop]);
        const known = [...at!.hops[hop].expected, ...at!.hops[hop].changes].map((one) => one.field);
        assert.ok(field === undefined || known.includes(field), field);
      }
      await session.stop();
    });
  }

  for (const [name, [from, to]] of Object.entries(mends)) {
    it(`${name}: mended only when all of its requests were answered after the edit`, async () => {
      const { session, source, text } = await run(name);
      const mended = text.replace(from, to);
      assert.notEqual(mended, text);
      assert.equal((await session.apply(mended)).kind, 'applied');
      assert.equal(viewOf(session).mended, 'not-yet', 'nothing was asked since');
      await session.start(mended, source, { keep: true });
      assert.equal(viewOf(session).mended, 'not-yet', 'its requests are under way');
      source.settle();
      const view = viewOf(session);
      assert.equal(view.mended, 'yes', view.verdict);
      assert.equal(view.shown, 'yes', 'what was shown before stays shown');
      assert.equal(view.mend, undefined);
      await session.stop();
    });

    it(`${name}: an edit that mends nothing is said to mend nothing`, async () => {
      const { session, source, text } = await run(name);
      const other = `${text}\n# Nothing.\n`;
      await session.start(other, source, { keep: true });
      source.settle();
      const { mended, verdict } = viewOf(session);
      assert.equal(mended, 'not-yet');
      assert.match(verdict!, /^Not mended yet: /);
      await session.stop();
    });
  }

  it('an edit applied in place counts once as many requests were answered as the file asks for', async () => {
    const { session, source, text } = await run('vip-missing');
    await session.apply(text.replace(', holdVip: false', ''));
    const ask = async () => {
      await session.request();
      source.settle();
      return viewOf(session);
    };
    assert.equal((await ask()).verdict, 'Changed: 1 of 2 requests answered so far.');
    const view = await ask();
    assert.deepEqual(
      [view.mended, view.verdict],
      ['yes', 'Mended: all 2 requests were answered this time, and no promise was broken.'],
    );
    await session.stop();
  });

  it('one request to the server that is well is not taken for a mended lab', async () => {
    const { session, source, text } = await run('vip-missing');
    await session.apply(text.replace('scheduler: rr', 'scheduler: wrr'));
    await session.request();
    source.settle();
    await session.request();
    source.settle();
    const { mended, verdict } = viewOf(session);
    assert.deepEqual([mended, verdict], ['not-yet', 'Not mended yet: 1 of 2 requests failed this time.']);
    await session.stop();
  });

  it('says how far it is while its requests are under way', async () => {
    const source = new ManualSource();
    const text = example('lessons/vip-missing');
    const session = sessionOf(text, 'vip-missing.lblab.yaml');
    await session.start(text, source);
    const { shown, verdict } = viewOf(session);
    assert.deepEqual([shown, verdict], ['not-yet', '0 of 2 requests have come to their end.']);
    await session.stop();
  });

  it('of a file that shows something else says what was expected and seen', async () => {
    const text = example('lessons/vip-missing').replace('[vip-not-local]', '[dr-port-map]');
    const { session } = await run('own', text);
    const view = viewOf(session);
    assert.equal(view.shown, 'no');
    assert.equal(view.title, 'own');
    assert.equal(view.page, false);
    assert.match(view.verdict!, /explanations: expected dr-port-map, seen vip-not-local/);
    await session.stop();
  });

  it('leads to the line that is to be mended, and to the field that is wrong', async () => {
    const { session, text } = await run('vip-not-hidden');
    const { mend, steps } = viewOf(session);
    assert.match(text.split('\n')[mend!.line! - 1]!, /hideVip: false/);
    assert.ok(steps.some(({ field }) => field === 'eth.dst'));
    await session.stop();
  });

  it('of a file without a plan shows its errors, and what helps', () => {
    const file = fileOf('dr-across-router');
    const loaded = loadTopology(example('lessons/dr-across-router'), file);
    const view = unplannedLesson(file, loaded, translate)!;
    assert.deepEqual([view.shown, view.mended], ['yes', 'not-yet']);
    assert.equal(view.mend!.line, loaded.problems[0]!.range.start.line);
    assert.equal(unplannedLesson('x', loadTopology('model: [', 'x'), translate), undefined);
    const other = unplannedLesson(file, { ...loaded, problems: [] }, translate)!;
    assert.equal(other.shown, 'no');
  });
});
