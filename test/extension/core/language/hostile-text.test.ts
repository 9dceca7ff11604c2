import assert from 'node:assert/strict';
import { complete } from '../../../../src/extension/core/language/complete/complete.ts';
import { hover } from '../../../../src/extension/core/language/hover/hover.ts';
import { TopologyText } from '../../../../src/extension/core/language/topology-text.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { firstUnseen, hostileTexts } from '../../../support/hostile-text.ts';

const translate = makeTranslate('en');

/** A file whose every name, value and unknown key is the text. */
function fileOf(text: string): string {
  const quoted = JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [
    'model: dr',
    `service: { vip: 10.0.2.100, port: 80, scheduler: rr, servers: [${quoted}, rs1] }`,
    'segments:',
    `  ${quoted}: 10.0.2.0/24`,
    `  inside: ${quoted}`,
    'nodes:',
    `  ${quoted}: { role: server, at: { ${quoted}: 10.0.2.9 }, gateway: ${quoted}, ${quoted}: 1 }`,
    `  rs1: { role: ${quoted}, at: { inside: 10.0.2.11 }, gateway: 10.0.2.9 }`,
    `traffic: [{ from: ${quoted}, to: ${quoted}, request: ${quoted} }]`,
  ].join('\n');
}

/** Markdown without what stands between backticks, where nothing means anything. */
const outsideCode = (markdown: string) => markdown.replace(/`[^`]*`/g, '``');

function assertHarmless(markdown: string, hostile: string): void {
  assert.equal(firstUnseen(markdown.replaceAll('\n', '')), undefined);
  const rest = outsideCode(markdown);
  assert.ok(!rest.includes('HOSTILE'), `${hostile}\n${markdown}`);
  assert.doesNotMatch(rest, /command:|<img|<script|!\[/);
}

describe('what the editor says about a file with hostile text', () => {
  for (const [index, hostile] of hostileTexts.entries())
    it(`is that text: ${index}`, () => {
      const text = fileOf(hostile);
      const topology = new TopologyText(text, 'hostile.lblab.yaml');
      let hovers = 0;
      for (let offset = 0; offset <= text.length; offset += 1) {
        for (const block of hover(topology, offset, translate)?.blocks ?? []) {
          assertHarmless(block, hostile);
          hovers += 1;
        }
        if (offset % 5 === 0)
          for (const { documentation } of complete(topology, offset, translate).items)
            if (documentation !== undefined) assertHarmless(documentation, hostile);
      }
      assert.ok(hovers > 100, String(hovers));
    });
});
