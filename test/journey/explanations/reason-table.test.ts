import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { explanationRules } from '../../../src/journey/explanations/explanations.ts';
import { clientTable, reasonTable, type Told } from '../../../src/journey/explanations/reason-table.ts';
import { reasons } from '../../../src/journey/records/reasons.ts';

/** The words of a union type, as the source has them: types are gone when tests run. */
function wordsOf(file: string, begin: string): string[] {
  const source = readFileSync(new URL(`../../../src/${file}`, import.meta.url), 'utf8');
  const text = source.split(begin)[1]?.split(';')[0];
  assert.ok(text, begin);
  return [...text.matchAll(/'([\w-]+)'/g)].map(([, word]) => word!);
}

const given = {
  'the journeys': [...reasons],
  'the forwarder': wordsOf('forwarder/verdict.ts', 'export type DropReason ='),
  "a host's kernel": wordsOf('lab/events.ts', 'export type HostReason ='),
};

function check(told: Told | undefined, name: string): void {
  assert.ok(told, `${name} has no explanation, nor a word why it needs none`);
  if ('none' in told) assert.match(told.none, /\w+ .*[.]$/, name);
  else {
    assert.ok(told.by.length > 0, name);
    for (const code of told.by) assert.ok(code in explanationRules, `${name}: ${code}`);
  }
}

describe('the table of reasons', () => {
  for (const [who, words] of Object.entries(given)) {
    it(`has an explanation for every reason that ${who} can give`, () => {
      assert.ok(words.length > 5, who);
      const table: Readonly<Record<string, Told | undefined>> = reasonTable;
      for (const word of words) check(table[word], word);
    });
  }

  it('has one for every end that a client can tell', () => {
    const table: Readonly<Record<string, Told | undefined>> = clientTable;
    for (const outcome of wordsOf('lab/events.ts', 'readonly outcome:')) check(table[outcome], outcome);
  });

  it('has no explanation that nothing leads to', () => {
    const told = new Set(
      [...Object.values(reasonTable), ...Object.values(clientTable)].flatMap((one) =>
        'by' in one ? one.by : [],
      ),
    );
    // Seen in packets that went well by themselves.
    for (const seen of ['vip-two-answers', 'two-masters']) told.add(seen);
    assert.deepEqual(
      Object.keys(explanationRules).filter((code) => !told.has(code)),
      ['drained-persistence'],
    );
  });
});
