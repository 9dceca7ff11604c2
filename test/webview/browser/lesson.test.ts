import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { axe } from './axe.ts';
import { openedBrowser, pictures } from './chromium.ts';
import { openPanel, type PageOptions } from './panel-page.ts';
import { themeNames } from './themes.ts';

const lesson = (name: string): string =>
  readFileSync(new URL(`../../../examples/lessons/${name}.lblab.yaml`, import.meta.url), 'utf8');

describe('webview: a lesson in Chromium', function () {
  this.timeout(120_000);
  const browser = openedBrowser();

  async function on(
    options: PageOptions,
    body: (page: Page, problems: string[]) => Promise<void>,
  ): Promise<void> {
    const { page, problems } = await openPanel(browser(), options);
    try {
      await page.waitForFunction(() => fakeHost.isSettled);
      await page.evaluate(() => fakeHost.judge());
      await page.locator('.lesson').waitFor();
      await body(page, problems);
      assert.deepEqual(problems, []);
    } finally {
      await page.context().close();
    }
  }
  const did = (page: Page) =>
    page.evaluate(() =>
      fakeHost.messages.findLast((message) => message.type === 'do' || message.type === 'open'),
    );

  it('says what it is, that it is shown, and what to mend at which line', () =>
    on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      const band = page.getByRole('region', { name: 'Lesson: a VIP that is not hidden' });
      assert.match(await band.locator('.lesson-states').innerText(), /✓ shown\s+○ not mended yet/);
      assert.match(await band.innerText(), /Hide the VIP on rs1/);
      await band.getByRole('button', { name: 'Line 7' }).click();
      assert.deepEqual(await did(page), { type: 'open', place: { kind: 'line', line: 7 } });
    }));

  it('its steps select the row, and light the field', () =>
    on({ example: 'lessons/vip-not-hidden', width: 1100, height: 900 }, async (page) => {
      await page.getByRole('button', { name: 'SYN router → rs1 · dst MAC' }).click();
      await page
        .locator('[role=row][aria-selected=true]')
        .filter({ hasText: 'router → rs1' })
        .waitFor({ state: 'attached' });
      const lit = page.locator('.layers tr.lit').first();
      await lit.waitFor();
      assert.match(await lit.innerText(), /eth\.dst/);
    }));

  it('once mended says so, and no more what to mend', () =>
    on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      const mended = lesson('vip-not-hidden').replace(', hideVip: false', '');
      await page.evaluate(async (text) => {
        await fakeHost.save(text);
        fakeHost.judge();
      }, mended);
      await page.locator('.lesson').getByText('Changed: 0 of 4 requests answered so far.').waitFor();
      await page.evaluate(async () => {
        for (let count = 0; count < 4; count++) await fakeHost.recording!.lab.request();
        fakeHost.recording!.run();
        fakeHost.judge();
      });
      await page.locator('.lesson').getByText('Mended: all 4 requests were answered').waitFor();
      assert.equal(await page.locator('.lesson-mend').count(), 0);
    }));

  it('its buttons ask for the page, for another run and for the next lesson', () =>
    on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      for (const [name, kind] of [
        ['Lesson page', 'lesson-page'],
        ['Run it again', 'lesson-again'],
        ['Next: a server without the VIP', 'lesson-next'],
      ] as const) {
        await page.getByRole('button', { name }).click();
        assert.deepEqual(await did(page), { type: 'do', action: { kind } });
      }
    }));

  it('a file that is no lesson has no band', async () => {
    const { page } = await openPanel(browser(), { example: 'dr' });
    await page.waitForFunction(() => fakeHost.isSettled);
    await page.evaluate(() => fakeHost.judge());
    assert.equal(await page.locator('.lesson').count(), 0);
    await page.context().close();
  });

  for (const theme of themeNames)
    for (const locale of ['en', 'zh-cn'] as const)
      it(`${theme}, ${locale}: readable, nothing for axe to say`, () =>
        on(
          { example: 'lessons/vip-not-hidden', theme, locale, width: 800, height: 760 },
          async (page, problems) => {
            await page.screenshot({ path: `${pictures}${theme}-${locale}-lesson.png` });
            const before = problems.length;
            await axe(page, [], '.lesson');
            problems.length = before;
          },
        ));
});
