import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { lbLab, root, temporaryFolder } from '../../support/lb-lab.ts';
import { axe } from './axe.ts';
import { openedBrowser, pictures } from './chromium.ts';
import { themeNames } from './themes.ts';

const LIMIT_BYTES = 1.5e6;

describe('webview: a recording as a page of its own', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const browser = openedBrowser();
  after(() => folder.remove());

  /** What `lb-lab run --html` makes of a topology. */
  function exported(topology: string, ...options: readonly string[]): string {
    const file = folder.path('page.html');
    const { code, err } = lbLab(['run', topology, '--quiet', '--html', file, ...options]);
    assert.ok(code < 2, err);
    return file;
  }

  interface Wishes {
    readonly colorScheme?: 'light' | 'dark';
    readonly contrast?: 'more';
  }

  /** Opens it from the disk, with no network; afterwards nothing may have been asked for, and nothing gone wrong. */
  async function on(
    file: string,
    body: (page: Page, problems: string[]) => Promise<void>,
    wishes: Wishes = {},
  ): Promise<void> {
    const context = await browser().newContext({
      viewport: { width: 1100, height: 800 },
      offline: true,
      ...wishes,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => problems.push(message.text()));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) problems.push(request.url());
    });
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(violatedDirective, blockedURI),
      ),
    );
    try {
      await page.goto(pathToFileURL(file).href);
      await page.locator('[role=treegrid] [role=row]').first().waitFor({ state: 'attached' });
      await page.evaluate(() => document.fonts.ready);
      await body(page, problems);
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
    }
  }

  const rows = (page: Page) => page.locator('[role=row]');
  const choose = (page: Page, at: number, value: string) =>
    page.locator('#switches select').nth(at).selectOption(value);
  const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  it('a lesson of 500 frames is under 1.5 MB', () => {
    const json = folder.path('report.json');
    const file = exported('examples/lessons/hash-reshuffle.lblab.yaml', '--json', json);
    const { counters } = JSON.parse(readFileSync(json, 'utf8')) as { counters: { frames: number } };
    assert.ok(counters.frames >= 500, String(counters.frames));
    assert.ok(statSync(file).size < LIMIT_BYTES, String(statSync(file).size));
  });

  it('search, unfold, details with bytes; what needs a lab is not there', () =>
    on(exported('examples/dr.lblab.yaml'), async (page) => {
      assert.match(await page.locator('.title-bar').innerText(), /dr\.lblab\.yaml/);
      assert.match(await page.locator('.requests').innerText(), /6 requests/);
      const all = await rows(page).count();
      await page.locator('[role=treegrid]').press('/');
      await page.locator('.filter-bar input').fill('node:client2');
      await page.waitForFunction((before) => document.querySelectorAll('[role=row]').length < before, all);
      await page.locator('[role=treegrid]').focus();
      for (const key of ['3', 'Home', ']', ']', ']', 'Enter']) await page.keyboard.press(key);
      await page.locator('.details tr.layer').first().waitFor();
      await page.getByRole('tab', { name: 'Bytes' }).click();
      await page.locator('.bytes').first().waitFor();
      for (const words of ['Send request', 'Start again', 'Start the lab'])
        assert.equal(
          await page.getByText(words, { exact: true }).filter({ visible: true }).count(),
          0,
          words,
        );
    }));

  it('speaks the other language, and keeps the filter', () =>
    on(exported('examples/lessons/vip-not-hidden.lblab.yaml'), async (page) => {
      await page.locator('[role=treegrid]').press('/');
      await page.locator('.filter-bar input').fill('node:client1');
      await page.locator('#switches select').first().focus();
      await choose(page, 0, 'zh-cn');
      await page.locator('html:lang(zh-cn)').waitFor();
      await page
        .locator('.requests')
        .filter({ hasText: /\p{Script=Han}/u })
        .waitFor();
      assert.match(await page.locator('.explanation').first().innerText(), /\p{Script=Han}/u);
      assert.equal(await page.locator('.filter-bar input').inputValue(), 'node:client1');
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SELECT');
    }));

  it('begins in the language of whoever made it', () =>
    on(exported('examples/dr.lblab.yaml', '--lang', 'zh-cn'), async (page) => {
      assert.match(await page.locator('#switches').innerText(), /语言/);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-cn');
    }));

  for (const theme of themeNames) {
    it(`${theme}: by the switch and by what the system asks for, and nothing for axe to say`, async () => {
      const file = exported('examples/tun.lblab.yaml');
      const wishes: Wishes = {
        colorScheme: /light/.test(theme) ? 'light' : 'dark',
        ...(/hc/.test(theme) && { contrast: 'more' }),
      };
      const opposite: Wishes = { colorScheme: /light/.test(theme) ? 'dark' : 'light' };
      let chosen = '';
      await on(
        file,
        async (page, problems) => {
          const before = await background(page);
          await choose(page, 1, theme);
          chosen = await background(page);
          assert.notEqual(chosen, before);
          await page.locator('[role=treegrid]').focus();
          for (const key of ['3', 'Home', ']', ']', ']', 'Enter']) await page.keyboard.press(key);
          await page.locator('.details tr.layer').first().waitFor();
          await page.screenshot({ path: `${pictures}shared-page-en-${theme}.png` });
          await axe(page, problems);
        },
        opposite,
      );
      await on(file, async (page) => assert.equal(await background(page), chosen), wishes);
    });
  }

  it('what others wrote is text', async () => {
    const topology = folder.path('hostile.lblab.yaml');
    const hostile = '/</script><script>document.title=1</script><img/src=x/onerror=document.title=2>';
    const text = readFileSync(`${root}examples/dr.lblab.yaml`, 'utf8').replaceAll('GET /', `GET ${hostile}`);
    assert.ok(text.includes(hostile));
    writeFileSync(topology, text);
    const file = exported(topology);
    await on(file, async (page) => {
      assert.match(await rows(page).nth(1).innerText(), /<\/script><script>/);
      assert.match(await page.title(), /LB Lab/);
      assert.equal(await page.locator('img').count(), 0);
    });
  });

  it('a recording that was cut off is told, not shown in part', () => {
    const file = exported('examples/dr.lblab.yaml');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace(/(id="recording">.{2000})[^<]*/, '$1'));
    return browser()
      .newPage()
      .then(async (page) => {
        await page.goto(pathToFileURL(file).href);
        await page.getByRole('alert').waitFor();
        await page.close();
      });
  });
});
