import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ComparisonTable, Line } from '../../../../src/comparison/table.ts';
import { comparisonTable } from '../../../../src/comparison/table.ts';
import { comparisonMarkdown } from '../../../../src/extension/core/comparison/comparison-markdown.ts';
import { comparisonPage } from '../../../../src/extension/core/comparison/comparison-page.ts';
import { modelChoices } from '../../../../src/extension/core/comparison/choices.ts';
import { compared, documentOf } from '../../../comparison/labs.ts';
import { exampleText } from '../../../lab/embedded/testbed.ts';
import { golden } from '../../../support/golden.ts';
import { hostileText } from '../../../support/hostile-text.ts';
import { makeTranslate } from '../../../support/translate.ts';

const translate = makeTranslate('en');
const where = { cspSource: 'https://panel.test', locale: 'en', style: 'https://panel.test/comparison.css' };

function tableOf(text: string): ComparisonTable {
  const line: Line = { text, tone: 'signature' };
  const rows = [{ label: text, cells: [[line, { text }], [], [line]] }];
  const column = { title: text, note: text };
  return { title: text, columns: [column, column, column], sections: [{ title: text, rows }] };
}

describe('the page of a comparison', () => {
  it('has a head for each column and each row, and a cell for each lab', () => {
    const table = comparisonTable(compared(exampleText('dr'), 'dnat', 'dr', 'tun'), {
      translate,
      values: false,
    });
    const page = comparisonPage(table, where);
    assert.equal(page.match(/<th scope="col">/g)?.length, 3);
    const rows = table.sections.flatMap((section) => section.rows);
    assert.equal(page.match(/<th scope="row">/g)?.length, rows.length);
    assert.equal(page.match(/<td>/g)?.length, 3 * rows.length + 1);
    assert.match(page, /<p class="signature">eth\.dst director → rs1<\/p>/);
  });

  it('runs nothing and loads its style only', () => {
    const page = comparisonPage(tableOf('x'), where);
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    assert.equal(
      policy,
      "default-src 'none'; style-src https://panel.test; base-uri 'none'; form-action 'none'",
    );
    assert.doesNotMatch(page, /<script|<img|<a |style=|\son\w+=/);
  });

  it('shows whatever text there is as text', () => {
    const plain = comparisonPage(tableOf('x'), where).match(/<[^>]*>/g);
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.deepEqual(comparisonPage(tableOf(text), where).match(/<[^>]*>/g), plain);
      }),
    );
  });
});

describe('a comparison as Markdown', () => {
  it('of dr under three models', () => {
    const table = comparisonTable(compared(exampleText('dr'), 'dnat', 'dr', 'tun'), {
      translate,
      values: false,
    });
    golden(import.meta.url, 'comparison-dr', comparisonMarkdown(table));
  });

  it('has nothing in it that is Markdown or HTML of anybody else', () => {
    const shape = (markdown: string) => markdown.replace(/\\./gu, 'x').match(/[`[\]{}()!<>]|\*\*|\n/g);
    const plain = shape(comparisonMarkdown(tableOf('x')));
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.deepEqual(shape(comparisonMarkdown(tableOf(text))), plain);
      }),
    );
  });
});

describe('the models that a file can be compared under', () => {
  it('are told with what they take, or why they cannot be', () => {
    const choices = modelChoices(documentOf(exampleText('tun'), 'tun.lblab.yaml'), translate);
    const of = (name: string) => choices.find(({ variant }) => variant === name)!;
    assert.deepEqual(
      [of('tun').description, of('tun').isUsual, of('gue').isUsual],
      ['tun, as it is', true, false],
    );
    assert.match(of('dr').description, /^there is no such lab: .*across a router/);
    assert.match(of('dnat').description, /no VIP on lo.* · .*no IP in IP/);
  });

  it('are those of people’s own, with the file’s own among the usual ones', () => {
    const usual = (name: string) =>
      modelChoices(documentOf(exampleText(name)), translate).flatMap(({ variant, isUsual }) =>
        isUsual ? [variant] : [],
      );
    assert.deepEqual(usual('dr'), ['dnat', 'dr', 'tun']);
    assert.deepEqual(usual('dnat-plain'), ['dnat', 'dnat-plain', 'dr', 'tun']);
  });
});
