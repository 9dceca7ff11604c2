import assert from 'node:assert/strict';
import { axe } from './axe.ts';
import { filter, focusRows, menu, openedPanels, press, rows, says, settled } from './panel-driver.ts';

describe('webview: the panel in Chromium: the filter, and what it leaves to export', function () {
  this.timeout(120_000);
  const on = openedPanels();

  it('filters with completion, says when nothing matches, and clears', () =>
    on({ example: 'dr' }, async (page) => {
      await focusRows(page);
      await press(page, '/');
      await page.keyboard.type('chang');
      await press(page, 'ArrowDown', 'Enter');
      await page.keyboard.type('dst.m');
      await press(page, 'ArrowDown', 'Enter');
      assert.equal(await page.locator('#filter').inputValue(), 'changed:dst.mac ');
      await press(page, 'Escape', 'Escape');
      await says(page, '.counts', /6 of 13 flows/);
      await filter(page, 'node:nobody');
      await says(page, 'div.empty', /Nothing matches/);
      await page.locator('div.empty vscode-button').click();
      await page.locator('div.empty').waitFor({ state: 'detached' });
    }));

  it('a misspelt filter is red and says what was meant; kinds of rows are one press; what nothing matches can be cleared', () =>
    on({ example: 'dr' }, async (page, problems) => {
      await page.evaluate(async () => {
        const { text } = (globalThis as unknown as { fakeTopology: { text: string } }).fakeTopology;
        await fakeHost.save(text.replace('scheduler: rr', 'scheduler: sh'));
      });
      await settled(page);
      const becomes = (text: string) =>
        page.waitForFunction(
          (wanted) => document.querySelector<HTMLInputElement>('#filter')?.value === wanted,
          text,
        );
      await filter(page, 'nod:rs1');
      await page.locator('#filter[aria-invalid=true]').waitFor();
      await page.locator('div.empty').waitFor();
      await axe(page, problems);
      await page.getByRole('button', { name: 'did you mean node:?' }).click();
      await becomes('node:rs1');
      await page.locator('#filter[aria-invalid=false]').waitFor();
      await page.getByRole('button', { name: 'ARP', exact: true }).click();
      await becomes('node:rs1 proto:arp');
      await page.getByRole('button', { name: 'Failed', exact: true }).click();
      await becomes('node:rs1 failed');
      await page.locator('div.empty vscode-button').click();
      await page.locator('div.empty').waitFor({ state: 'detached' });
      assert.ok((await rows(page)).length > 1);
    }));

  it('Tab completes a word that is begun, and leaves the filter behind a finished one', () =>
    on({ example: 'dr' }, async (page) => {
      const value = () => page.locator('#filter').inputValue();
      const isInFilter = () => page.evaluate(() => document.activeElement?.id === 'filter');
      await focusRows(page);
      await press(page, '/');
      await page.keyboard.type('los');
      await press(page, 'Tab');
      assert.deepEqual([await value(), await isInFilter()], ['lost ', true]);
      await press(page, 'Tab');
      assert.deepEqual([await value(), await isInFilter()], ['lost ', false]);
      await press(page, '/');
      await page.keyboard.type('nod');
      await press(page, 'Shift+Tab');
      assert.deepEqual([await value(), await isInFilter()], ['lost nod', false]);
    }));

  it('exports what the filter leaves: SVG, PNG and capture', () =>
    on({ example: 'tun' }, async (page) => {
      for (const format of ['SVG', 'PNG', 'PCAPNG']) {
        await menu(page, 'Export');
        await page.locator('.menu .item', { has: page.getByText(format, { exact: true }) }).click();
        await page.waitForFunction(
          (name) => fakeHost.saved.some((one) => one.format === name),
          format.toLowerCase(),
        );
      }
      const svg = await page.evaluate(() => {
        const bytes = fakeHost.saved.find(({ format }) => format === 'svg')!.data;
        const text = new TextDecoder().decode(bytes);
        // Its own style is not for this page, whose policy forbids it.
        const plain = text.replace(/<style>[^<]*<\/style>/, '');
        const parsed = new DOMParser().parseFromString(plain, 'image/svg+xml');
        return {
          text,
          failed: parsed.querySelector('parsererror') !== null,
          icons: parsed.querySelectorAll('path').length,
          elsewhere: parsed.querySelectorAll('image, use, script, foreignObject, [href], link').length,
        };
      });
      assert.deepEqual({ ...svg, text: '' }, { text: '', failed: false, icons: 7, elsewhere: 0 });
      assert.doesNotMatch(svg.text, /var\(|url\(|@import/);
      const heads = await page.evaluate(() => fakeHost.saved.map(({ data }) => [...data.subarray(0, 4)]));
      assert.deepEqual(heads, [
        [0x3c, 0x73, 0x76, 0x67],
        [0x89, 0x50, 0x4e, 0x47],
        [0x0a, 0x0d, 0x0d, 0x0a],
      ]);
    }));

  it('what came of an export is there to be read, until it is closed', () =>
    on({ example: 'dr' }, async (page) => {
      const exportJson = async () => {
        await menu(page, 'Export');
        await page.locator('.menu .item', { has: page.getByText('JSON', { exact: true }) }).click();
      };
      await page.evaluate(() => fakeHost.refuseToSave('the disk is full'));
      await exportJson();
      await says(page, '.notice.bad', /the disk is full/);
      await page.evaluate(() => fakeHost.refuseToSave(undefined));
      await exportJson();
      await says(page, '.notice', /Saved as saved\.json/);
      await page.locator('.notice button').click();
      await page.locator('.notice').waitFor({ state: 'detached' });
    }));
});
