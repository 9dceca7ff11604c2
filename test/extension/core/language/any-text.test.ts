import assert from 'node:assert/strict';
import fc from 'fast-check';
import { codeLenses } from '../../../../src/extension/core/language/code-lenses.ts';
import { complete } from '../../../../src/extension/core/language/complete/complete.ts';
import { definitionAt, referencesAt } from '../../../../src/extension/core/language/definition.ts';
import { diagnose } from '../../../../src/extension/core/language/diagnose.ts';
import { quickFixes } from '../../../../src/extension/core/language/fixes/quick-fixes.ts';
import { folds } from '../../../../src/extension/core/language/folding.ts';
import { hover } from '../../../../src/extension/core/language/hover/hover.ts';
import { inlayHints } from '../../../../src/extension/core/language/inlay-hints.ts';
import { outline, type OutlineEntry } from '../../../../src/extension/core/language/outline.ts';
import { prepareRename, rename } from '../../../../src/extension/core/language/rename.ts';
import type { Span } from '../../../../src/extension/core/language/syntax/tree.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { exampleFiles } from '../../../lab/topology/example-files.ts';
import { dnat, dr, fixtures, nat, tun } from '../../../lab/topology/fixtures.ts';
import { topologyOf } from './cursor.ts';

const translate = makeTranslate('zh-cn');
const sound = [
  dr,
  dnat,
  nat,
  tun,
  ...exampleFiles().map(({ text }) => text),
  ...Object.values(fixtures),
].filter((text) => text.length < 4000);

describe('the language features on any text', () => {
  it('give something within it: a file cut off anywhere', () => {
    const cut = fc.tuple(fc.constantFrom(...sound), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(cut, ([text, share]) => {
        const start = text.slice(0, Math.floor(text.length * share));
        useAll(start, start.length);
      }),
      { numRuns: 250 },
    );
  });

  it('give something within it: a file with some characters cut out or changed', () => {
    const change = fc.tuple(
      fc.nat({ max: 700 }),
      fc.nat({ max: 14 }),
      fc.constantFrom(
        '',
        ' ',
        '\n',
        ':',
        ': ',
        '{',
        '}',
        '[',
        '- ',
        '*a',
        '&a ',
        '<<: ',
        '"',
        "'",
        '#',
        '|',
        '\t',
        '\r\n',
        '---\n',
        '\uE000',
        '\u2028',
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...sound),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat({ max: 700 }),
        (text, changes, offset) => {
          const changed = changes.reduce(
            (result, [at, length, by]) => result.slice(0, at) + by + result.slice(at + length),
            text,
          );
          useAll(changed, Math.min(offset, changed.length));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('give something within it: anything at all', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc.string({ unit: fc.constantFrom(...'ab1.:-*&!{}[],#|>\'"%@`<? \n\t'), maxLength: 150 }),
    );
    fc.assert(
      fc.property(text, fc.nat({ max: 150 }), (written, offset) =>
        useAll(written, Math.min(offset, written.length)),
      ),
      { numRuns: 400 },
    );
  });
});

function useAll(text: string, offset: number): void {
  const topology = topologyOf(text);
  const within = ({ start, end }: Span, what: string) =>
    assert.ok(start >= 0 && start <= end && end <= text.length, `${what}: ${start}-${end} of ${text.length}`);

  const { items, replace } = complete(topology, offset, translate);
  within(replace, 'completion');
  assert.ok(
    items.length === 0 || (replace.start <= offset && offset <= replace.end),
    'the cursor is in what is replaced',
  );
  assert.ok(!text.slice(replace.start, replace.end).includes('\n'), 'an editor replaces within a line');
  const found = hover(topology, offset, translate);
  if (found) within(found.range, 'hover');
  for (const hint of inlayHints(topology, translate))
    within({ start: hint.offset, end: hint.offset }, 'hint');
  const definition = definitionAt(topology, offset);
  if (definition) within(definition, 'definition');
  for (const span of referencesAt(topology, offset, true)) within(span, 'reference');
  const prepared = prepareRename(topology, offset);
  if ('range' in prepared) within(prepared.range, 'rename');
  const renamed = rename(topology, offset, 'other');
  for (const { range } of 'edits' in renamed ? renamed.edits : []) within(range, 'edit');
  const check = (entry: OutlineEntry): void => {
    within(entry.range, 'outline');
    assert.ok(
      entry.selection.start >= entry.range.start && entry.selection.end <= entry.range.end,
      entry.name,
    );
    assert.notEqual(entry.name, '');
    entry.children.forEach(check);
  };
  outline(topology).forEach(check);
  for (const { startLine, endLine } of folds(topology)) assert.ok(startLine < endLine);
  for (const { range } of codeLenses(topology)) within(range, 'lens');
  for (const finding of diagnose(topology, translate)) within(finding.range, 'problem');
  for (const { edits } of quickFixes(topology, { start: 0, end: text.length }, translate))
    for (const { range } of edits) within(range, 'fix');
}
