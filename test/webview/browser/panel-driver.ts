import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { openedBrowser } from './chromium.ts';
import { openPanel, type PageOptions } from './panel-page.ts';

/** A page in the background of a busy machine may take long; it is waited for no longer than it needs. */
const PATIENCE_MS = 20_000;

/**
 * For the suite that calls it: opens the panel with an example; after `body` nothing may have gone wrong in the page, nor
 * against its policy.
 */
export function openedPanels(): (
  options: PageOptions,
  body: (page: Page, problems: string[]) => Promise<void>,
) => Promise<void> {
  const browser = openedBrowser();
  return async (options, body) => {
    const { page, problems } = await openPanel(browser(), options);
    try {
      await settled(page);
      await body(page, problems);
      const failed = await page.evaluate(() => fakeHost.messages.filter(({ type }) => type === 'failed'));
      assert.deepEqual([...problems, ...failed], []);
    } finally {
      await page.context().close();
    }
  };
}

/** Two pictures later everything that a key set off has been drawn. */
export const drawn = (page: Page) =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
/** The panel has all rows of the recording, and has drawn them; its fonts and controls are there. */
export const settled = async (page: Page) => {
  await page.waitForFunction(() => fakeHost.isSettled && document.querySelector('#panel main') !== null);
  await page.evaluate(() => document.fonts.ready);
  await drawn(page);
};
/** What a part of the page says, once it says so; else what it says instead. */
export const says = async (page: Page, selector: string, pattern: RegExp) => {
  await page
    .locator(selector)
    .filter({ hasText: pattern })
    .waitFor({ timeout: PATIENCE_MS })
    .catch(async () => assert.match(await page.locator(selector).innerText(), pattern));
};
export const rows = (page: Page) => page.locator('[role=row]').allInnerTexts();
/** The ladder's pixels. */
export const picture = (page: Page) =>
  page.evaluate(() => document.querySelector<HTMLCanvasElement>('.scroller canvas')!.toDataURL());
export const filter = async (page: Page, text: string) => {
  if (!(await page.locator('#filter').isVisible()))
    await page.getByRole('button', { name: 'Filter' }).click();
  await page.locator('#filter').fill(text);
};
export const menu = async (page: Page, ...names: readonly string[]) => {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  for (const name of names) await page.locator('.menu .item', { hasText: name }).click();
};
export const selected = (page: Page) => page.locator('[role=row][aria-selected=true]').textContent();
export const selectedIndex = async (page: Page) =>
  Number(await page.locator('[role=row][aria-selected=true]').getAttribute('aria-rowindex'));
export const focusRows = async (page: Page) => {
  await page.locator('[role=treegrid]').focus();
  await page.waitForFunction(() => document.activeElement?.matches('[role=treegrid]'));
};
export const press = async (page: Page, ...keys: readonly string[]) => {
  for (const key of keys) {
    await page.keyboard.press(key);
    await drawn(page);
  }
};
