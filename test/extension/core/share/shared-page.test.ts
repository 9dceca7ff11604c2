import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { partFiles, readParts, sharedPage } from '../../../../src/extension/core/share/shared-page.ts';
import { buildOnce, root } from '../../../support/lb-lab.ts';
import { hostileTexts } from '../../../support/hostile-text.ts';
import { themeNames } from '../../../webview/browser/themes.ts';

const read = (file: string) => Promise.resolve(readFileSync(`${root}dist/${file}`));

describe('extension: a page with the panel in it', () => {
  before(function () {
    this.timeout(120_000);
    buildOnce();
  });

  const page = async (lab: string) =>
    sharedPage({ recording: 'UkVD', lab, locale: 'en' }, await readParts(read), 'n0nce');

  it('asks for nothing: each part is inside it', async () => {
    const html = await page('dr');
    for (const file of [
      partFiles.panelScript,
      partFiles.panelStyle,
      partFiles.hostScript,
      partFiles.hostStyle,
    ])
      assert.ok(html.includes(readFileSync(`${root}dist/${file}`, 'utf8')), file);
    const font = readFileSync(`${root}dist/codicon.ttf`).toString('base64');
    assert.equal(html.split(font).length, 2);
    const addresses = [...html.matchAll(/ (?:src|href)="([^"]{0,20})/g)].map(([, address]) => address!);
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith('data:')),
      [],
    );
    assert.match(html, /content="default-src 'none'; script-src 'nonce-n0nce'; [^"]*connect-src 'none'/);
  });

  it('no part of it ends its own script or style', async () => {
    const { panelScript, hostScript, panelStyle, hostStyle } = await readParts(read);
    for (const script of [panelScript, hostScript]) assert.equal(/<\/?script|<!--/i.exec(script), null);
    for (const style of [panelStyle, hostStyle]) assert.equal(/<\//.exec(style), null);
  });

  it('a title is text', async () => {
    const plain = await page('dr');
    const tags = (html: string) => html.match(/<\/?(script|title|img)\b/g)!.join();
    for (const lab of [...hostileTexts, '</title><script>alert(1)</script>'])
      assert.equal(tags(await page(lab)), tags(plain));
  });

  it('has every colour of the panel that the editor would have, in each kind of theme', () => {
    const styles = ['webview.css', 'webview.js', 'shared-page.css'].map((file) =>
      readFileSync(`${root}dist/${file}`, 'utf8'),
    );
    const used = new Set([...styles.join('').matchAll(/--vscode-([\w-]+)/g)].map(([, name]) => name!));
    const given = readFileSync(`${root}src/shared-page/themes.css`, 'utf8');
    for (const theme of themeNames) {
      const file = `${root}test/webview/themes/${theme}.json`;
      const ofEditor = Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object);
      const block = new RegExp(`data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(given)![1]!;
      const missing = ofEditor.filter(
        (name) => used.has(name) && !/font/.test(name) && !block.includes(`--vscode-${name}: `),
      );
      assert.deepEqual(missing, [], theme);
    }
  });
});
