import assert from 'node:assert/strict';
import { meetsExpectation } from '../src/journey/expectation.ts';
import { measureForwarding } from '../src/comparison/forwarding-times.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import { models, variants, type VariantName } from '../src/models/models.ts';
import { panelTexts } from '../src/extension/core/panel/panel-texts.ts';
import type { Report } from '../src/journey/report.ts';
import { claims, type Place } from './claims.ts';
import { compared } from './comparison/labs.ts';
import { reportOfEvents } from './journey/build-report.ts';
import { exampleText, planOf, runLab } from './lab/embedded/testbed.ts';
import { makeTranslate } from './support/translate.ts';

/** Of these it is known that nothing shows them yet. */
const EXCEPTIONS = ['D-NAT 7'];

const languages = (['en', 'zh-cn'] as const).map((locale) => panelTexts(makeTranslate(locale)));
const reports = new Map<string, Report>();

function reportFor(file: string): Report {
  const plan = planOf(exampleText(file), `${file}.lblab.yaml`);
  const report = reports.get(file) ?? reportOfEvents(plan, runLab(plan).events);
  reports.set(file, report);
  return report;
}

/** What the panel's own texts have, in both languages. */
function assertSaid(key: string): void {
  for (const texts of languages) {
    const text = texts[key];
    assert.ok(text !== undefined && text !== key, key);
  }
}

/** Throws where it cannot be seen there. */
function look(place: Place): void {
  if ('keeps' in place) {
    const { promises } = reportFor(place.example);
    const verdict = promises.find(({ id }) => id === place.keeps);
    assert.equal(verdict?.verdict, 'kept');
    assert.ok(verdict.evidence.length > 0);
  } else if ('breaks' in place || 'explains' in place) {
    const file = `lessons/${place.lesson}`;
    const report = reportFor(file);
    const { expect } = loadTopology(exampleText(file), file);
    assert.deepEqual(meetsExpectation(report, expect).differences, []);
    if ('breaks' in place)
      assert.ok(report.promises.some(({ id, verdict }) => id === place.breaks && verdict === 'broken'));
    else assert.ok(report.explanations.some(({ code }) => code === place.explains));
  } else if ('finds' in place) {
    const { problems } = loadTopology(exampleText(`lessons/${place.lesson}`), 'lesson');
    assert.ok(problems.some(({ code }) => code === place.finds));
  } else if ('card' in place) lookAtCard(place);
  else if ('measures' in place) lookAtTimes(place.measures);
  else lookAtComparison(place);
}

function lookAtCard(place: Extract<Place, { readonly card: unknown }>): void {
  const { model, drawbacks, needs } = variants[place.card];
  if ('drawback' in place) {
    assert.ok(drawbacks.includes(place.drawback));
    assertSaid(`model.drawback.${place.drawback}`);
    assertSaid(`model.cure.${place.drawback}`);
  } else if ('needs' in place) {
    assert.ok(needs.includes(place.needs));
    assertSaid(`model.needs.${place.needs}`);
  } else if (place.says === 'layer') {
    for (const texts of languages)
      assert.match(texts[`model.layer.${model}`] ?? '', new RegExp(`(Layer|第) ?${models[model].layer}\\b`));
  } else assertSaid(`model.${place.says}.${place.card}`);
}

function lookAtTimes(variant: VariantName): void {
  // By a clock of ours, by which forwarding always takes 4 more than filling a frame: that it is forwarded is real.
  let looks = 0;
  const turns = measureForwarding(() => (looks++) ** 2, 64);
  let turn = turns.next();
  while (!turn.done) turn = turns.next();
  const ratio = turn.value.ratios.find((one) => one.variant === variant)?.ratio;
  assert.equal(ratio, 1);
}

function lookAtComparison(place: Extract<Place, { readonly compares: unknown }>): void {
  const { rows, columns } = compared(exampleText(place.compares), place.as);
  const by = (direction: string) =>
    rows.find((row) => row.direction === direction && row.role === 'director')?.cells[0];
  if ('replyBy' in place) {
    assert.equal(columns[0]?.sums?.outcome, 'answered');
    assert.equal(by('reply') !== undefined, place.replyBy === 'director');
  } else if ('changed' in place) {
    const signature = by('request')?.changes.filter(({ role }) => role === 'signature');
    assert.deepEqual(
      signature?.map(({ field }) => field),
      place.changed,
    );
  } else {
    const { names, sums } = columns[0]!;
    const name = names[sums?.serverSees?.sender.split(':')[0] ?? ''];
    assert.match(name ?? '', new RegExp(`^${place.serverSees}`));
  }
}

describe('what is said of the models can be seen', () => {
  it('is 23 claims, all different', () => {
    assert.equal(new Set(claims.map(({ id }) => id)).size, 23);
    assert.equal(claims.length, 23);
  });

  for (const { id, says, seen } of claims) {
    if (EXCEPTIONS.includes(id)) {
      it(`${id}: ${says}: not yet, so nothing may say that it can`, () => assert.deepEqual(seen, []));
      continue;
    }
    it(`${id}: ${says}`, () => {
      assert.ok(seen.length > 0, 'it can be seen nowhere');
      for (const place of seen) look(place);
    });
  }
});

describe('the card of a model', () => {
  for (const [name, { model, needs, drawbacks }] of Object.entries(variants))
    it(`${name}: has its texts`, () => {
      const keys = [`model.layer.${model}`, `model.touches.${name}`, `model.kin.${name}`];
      for (const key of [...keys, `comparison.variant.${name}`]) assertSaid(key);
      assert.ok(needs.length > 0 && drawbacks.length > 0);
      for (const id of needs) assertSaid(`model.needs.${id}`);
      for (const id of drawbacks) {
        assertSaid(`model.drawback.${id}`);
        assertSaid(`model.cure.${id}`);
      }
    });

  it('has no text that nobody sees', () => {
    const all = Object.entries(variants).flatMap(([name, { model, needs, drawbacks }]) => [
      ...['touches', 'kin'].map((row) => `model.${row}.${name}`),
      `model.layer.${model}`,
      ...needs.map((id) => `model.needs.${id}`),
      ...drawbacks.flatMap((id) => [`model.drawback.${id}`, `model.cure.${id}`]),
    ]);
    const written = Object.keys(languages[0]!).filter((key) => key.startsWith('model.'));
    assert.deepEqual(written.sort(), [...new Set(all)].sort());
  });
});
