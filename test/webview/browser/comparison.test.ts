import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { VariantName } from '../../../src/models/models.ts';
import { comparisonTable } from '../../../src/comparison/table.ts';
import { comparisonPage } from '../../../src/extension/core/comparison/comparison-page.ts';
import { compared } from '../../comparison/labs.ts';
import { exampleText } from '../../lab/embedded/testbed.ts';
import { makeTranslate } from '../../support/translate.ts';
import { axe } from './axe.ts';
import { openedBrowser, pictures } from './chromium.ts';
import { themeCss, themeNames, type ThemeName } from './themes.ts';

const origin = 'http://comparison.test/';
const root = new URL('../../../', import.meta.url);

/** The page as it is shipped, with its policy; only the editor's theme is put in. */
describe('webview: a comparison in Chromium', function () {
  this.timeout(120_000);
  const browser = openedBrowser();

  const four: readonly VariantName[] = ['dnat', 'dr', 'tun', 'gue'];

  async function open(
    theme: ThemeName,
    locale: 'en' | 'zh-cn',
    width: number,
    variants = four,
  ): Promise<Page> {
    const context = await browser().newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    const seen = compared(exampleText('tun'), ...variants);
    const table = comparisonTable(seen, { translate: makeTranslate(locale), values: false });
    const kind = theme.startsWith('hc') ? 'vscode-high-contrast' : `vscode-${theme}`;
    const html = comparisonPage(table, { cspSource: origin.slice(0, -1), locale, style: 'comparison.css' })
      .replace('<link', '<link rel="stylesheet" href="theme.css"><link')
      .replace('<body>', `<body class="${kind}">`);
    const style = new URL('src/webview/styles/comparison.css', root);
    await page.route(`${origin}**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '') return route.fulfill({ body: html, contentType: 'text/html' });
      const body = name === 'theme.css' ? themeCss(theme) : readFileSync(style, 'utf8');
      return route.fulfill({ body, contentType: 'text/css' });
    });
    await page.goto(origin);
    assert.deepEqual(problems, []);
    return page;
  }

  for (const theme of themeNames)
    it(`${theme}: everybody can read it`, async () => {
      const locale = theme.includes('light') ? 'zh-cn' : 'en';
      const page = await open(theme, locale, 1280);
      try {
        await page.screenshot({ path: `${pictures}comparison-${locale}-${theme}.png` });
        await axe(page);
      } finally {
        await page.context().close();
      }
    });

  for (const theme of process.env['PICTURES'] ? themeNames : (['dark'] as const))
    it(`${theme}: beside an editor all of three columns are in sight, and nothing of them is cut`, async () => {
      for (const locale of ['en', 'zh-cn'] as const) {
        const page = await open(theme, locale, 520, four.slice(0, 3));
        try {
          await page.screenshot({ path: `${pictures}comparison-narrow-${locale}-${theme}.png` });
          const cut = await page.evaluate(() =>
            [...document.querySelectorAll('.scroll, td, th')].flatMap((one) =>
              one.scrollWidth > one.clientWidth ? [`${one.tagName} ${one.textContent}`] : [],
            ),
          );
          assert.deepEqual(cut, []);
          const heads = page.locator('thead th');
          assert.equal(await heads.count(), 3);
          for (const head of await heads.all()) assert.ok((await head.boundingBox())!.width > 150);
          if (locale === 'en') await axe(page);
        } finally {
          await page.context().close();
        }
      }
    });

  it('is a table with heads of columns and rows to who cannot see it, however wide it is', async () => {
    const roles = async (width: number) => {
      const page = await open('dark', 'en', width);
      const session = await page.context().newCDPSession(page);
      const { nodes } = await session.send('Accessibility.getFullAXTree');
      await page.context().close();
      const named = nodes.map(({ role }) => String(role?.value));
      const tally = (wanted: string) => named.filter((role) => role === wanted).length;
      return ['table', 'row', 'columnheader', 'rowheader', 'cell'].map(tally);
    };
    const [wide, narrow] = [await roles(1280), await roles(520)];
    const [cell, corner] = [wide.pop()!, 1];
    assert.deepEqual([...wide, cell - corner], narrow);
  });

  it('folds what nobody has to see, and opens it by the keyboard', async () => {
    const page = await open('dark', 'en', 900);
    try {
      const folded = page.locator('details').first();
      assert.match(await folded.locator('summary').innerText(), /^\+4 routine$/);
      await folded.locator('summary').press('Enter');
      assert.match(await folded.innerText(), /eth\.dst, eth\.src, ip\.ttl, ip\.checksum/);
    } finally {
      await page.context().close();
    }
  });

  it('scrolls all columns together, by the keyboard too; heads and labels stay in sight', async () => {
    const page = await open('dark', 'en', 900);
    try {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement?.className), 'scroll');
      const places = () =>
        page.evaluate(() => ({
          head: document.querySelector('thead th')!.getBoundingClientRect().top,
          label: document.querySelector('tbody th[scope=row]')!.getBoundingClientRect().left,
          cells: [...document.querySelectorAll('tbody td:nth-child(3)')].map(
            (cell) => cell.getBoundingClientRect().left,
          ),
        }));
      const before = await places();
      for (let index = 0; index < 8; index++) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('PageDown');
      await page.waitForFunction(() => {
        const { scrollLeft, scrollTop } = document.querySelector('.scroll')!;
        return scrollLeft > 50 && scrollTop > 50;
      });
      const after = await places();
      assert.equal(after.head, before.head);
      assert.equal(after.label, before.label);
      assert.equal(new Set(after.cells).size, 1);
      assert.ok(after.cells[0]! < before.cells[0]!);
    } finally {
      await page.context().close();
    }
  });
});
