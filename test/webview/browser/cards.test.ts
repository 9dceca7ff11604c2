import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { axe } from './axe.ts';
import { openedBrowser, pictures } from './chromium.ts';
import { openPanel, type PageOptions } from './panel-page.ts';

describe('webview: the first-run cards in Chromium', function () {
  this.timeout(120_000);
  const browser = openedBrowser();

  async function on(options: PageOptions, body: (page: Page) => Promise<void>): Promise<void> {
    const { page, problems } = await openPanel(browser(), { example: 'dr', ...options });
    try {
      await page.waitForFunction(() => fakeHost.isSettled);
      await page.evaluate(() => fakeHost.beginFirstRun());
      await page.locator('.card').waitFor();
      await body(page);
      assert.deepEqual(problems, []);
    } finally {
      await page.context().close();
    }
  }
  const words = (page: Page) => page.locator('body').innerText();
  const did = (page: Page) =>
    page.evaluate(() => fakeHost.messages.findLast((message) => message.type === 'do'));

  it('asks without telling: nothing on the screen has the answer before Reveal', () =>
    on({ height: 900 }, async (page) => {
      await page.locator('[role=treegrid]').press('3');
      const before = await words(page);
      assert.match(before, /What does director change in it\?/);
      assert.doesNotMatch(before, /only the frame|MAC director/, 'the gist, or the row of its hop');
      assert.equal(await page.locator('.gist').count(), 0);
      await page.getByRole('button', { name: 'Reveal' }).click();
      await page.getByText('That the TTL is one less does not count').waitFor();
      await page.waitForFunction(() => document.body.innerText.includes('dst MAC director → rs1'));
      await page.getByRole('button', { name: 'Next' }).click();
      assert.deepEqual(await did(page), { type: 'do', action: { kind: 'dismiss-card', card: 'predict' } });
    }));

  it('after the edit the ladder is at the change, and the card says what came of it, with ways there and back', () =>
    on({}, async (page) => {
      await page.evaluate(() => fakeHost.breakIt());
      await page.locator('.card').getByText('Two machines answer ARP for the VIP now').waitFor();
      const selected = page.locator('[role=row][aria-selected=true]');
      await selected.filter({ hasText: 'arp_ignore' }).waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'Undo' }).click();
      assert.deepEqual(await did(page), { type: 'do', action: { kind: 'card', action: 'undo' } });
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await selected.filter({ hasText: 'rs1 → router' }).waitFor({ state: 'attached' });
      await page.screenshot({ path: `${pictures}card-broken.png` });
      await page.getByRole('button', { name: 'Next' }).click();
      assert.deepEqual(await did(page), { type: 'do', action: { kind: 'dismiss-card', card: 'broken' } });
    }));

  for (const locale of ['en', 'zh-cn'] as const)
    it(`${locale}: nothing for axe to say`, async () => {
      const { page } = await openPanel(browser(), { example: 'dr', locale });
      await page.waitForFunction(() => fakeHost.isSettled);
      await page.evaluate(() => fakeHost.beginFirstRun());
      await page.locator('.card').waitFor();
      await page.screenshot({ path: `${pictures}${locale}-card.png` });
      await axe(page, [], '.card');
      await page.context().close();
    });
});
