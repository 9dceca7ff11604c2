import assert from 'node:assert/strict';
import { exportMermaid } from '../../../../src/extension/core/share/export-mermaid.ts';
import { mermaidText } from '../../../../src/extension/core/share/mermaid-text.ts';
import { golden } from '../../../support/golden.ts';
import { hostileTexts } from '../../../support/hostile-text.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { EmbeddedRecording } from '../../../webview/support/embedded-recording.ts';
import { example } from '../../support.ts';

/** Mermaid refuses longer texts unless it is told otherwise (`maxTextSize`). */
const MOST_CHARACTERS = 50_000;

function drawn(name: string, locale: 'en' | 'zh-cn' = 'en', full = false, text = example(name)): string {
  const translate = makeTranslate(locale);
  const { builder, plan, ...lab } = recorded(text, name, translate);
  const { flows } = builder.report();
  const journey = (id: number) => builder.journey(id)!;
  return exportMermaid({ flows, plan, translate, full, journey, frame: lab.frame });
}

function recorded(text: string, name: string, translate: ReturnType<typeof makeTranslate>) {
  const lab = new EmbeddedRecording(text, `${name}.lblab.yaml`, translate).run();
  return { builder: lab.builder, plan: lab.plan, frame: (number: number) => lab.frame(number)!.bytes };
}

/** What the grammar of sequence diagrams lets a line be, as far as it is used here; written anew from Mermaid's manual. */
const TEXT = String.raw`(?:[^#;\n<]|#\d+;|<br/>)+`;
const LINE = new RegExp(
  `^(?:sequenceDiagram|  participant n\\d+ as ${TEXT}|  Note over n\\d+(?:,n\\d+)?: ${TEXT}|  n\\d+--?(?:>>|x)n\\d+: ${TEXT}|)$`,
);

describe('extension: a recording as a Mermaid sequence diagram', () => {
  for (const name of ['dr', 'dnat', 'tun', 'lessons/vip-not-hidden'])
    it(`${name}: the first of each outcome in full, the others a line each`, () => {
      const text = drawn(name);
      golden(import.meta.url, `mermaid-${name.replace('/', '-')}`, text);
      assert.ok(text.length < MOST_CHARACTERS, String(text.length));
      for (const line of text.split('\n')) assert.match(line, LINE);
    });

  it('draws every hop, when all is wanted', () => {
    const translate = makeTranslate('en');
    const { builder } = recorded(example('dr'), 'dr', translate);
    const arrows = drawn('dr', 'en', true)
      .split('\n')
      .filter((line) => /^ {2}n\d+--?(>>|x)/.test(line));
    const hops = builder.report().journeys.flatMap((journey) => journey.hops);
    assert.equal(arrows.length, hops.length);
    const numbers = arrows.map((line) => Number(/(\d+)\)$/.exec(line)![1]));
    const inOrder = (frames: readonly number[]) => frames.toSorted((a, b) => a - b);
    assert.deepEqual(inOrder(numbers), inOrder(hops.map(({ frame }) => frame)));
  });

  it('speaks Chinese', () => assert.match(drawn('dr', 'zh-cn'), /Note over n\d+: \p{Script=Han}/u));

  it('what others wrote is text: no line, code, tag or instruction comes of it', () => {
    const evil = [
      ...hostileTexts,
      'a;b',
      '#35;',
      'wrap: x',
      '%%{init: {}}%%',
      'end',
      '"x" as y',
      '$$x$$',
      '<b>',
    ];
    for (const text of evil) {
      const line = `  Note over n0: ${mermaidText([text])}`;
      assert.match(line, LINE);
      assert.equal(line.split(/%%|\$\$|<(?!br\/>)|: (?:no)?wrap:/).length, 1, line);
    }
    assert.equal(mermaidText(['a', 'b;c']), 'a<br/>b#59;c');
    const hostile = drawn(
      'dr',
      'en',
      true,
      example('dr').replaceAll('GET / }', '"GET /#35;;<b>%%{init}%%" }'),
    );
    assert.match(hostile, /#35;35#59;#59;#60;b#62;#37;#37;#123;init#125;/);
    for (const line of hostile.split('\n')) assert.match(line, LINE);
  });
});
