import assert from 'node:assert/strict';
import { drawn, filter, focusRows, openedPanels, press, says, selected } from './panel-driver.ts';

describe('webview: the panel in Chromium: keys and focus', function () {
  this.timeout(120_000);
  const on = openedPanels();

  it('works from the keyboard alone', () =>
    on({ example: 'dr' }, async (page) => {
      await focusRows(page);
      await press(page, '1', 'ArrowDown', 'ArrowDown');
      assert.match((await selected(page))!, /#2 GET \//);
      await press(page, 'ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowDown');
      assert.match((await selected(page))!, /hop 1.*client1 → router/s);
      await press(page, ']', ']');
      assert.match((await selected(page))!, /hop 3.*dst MAC director → rs1/s);
      await press(page, 'n');
      assert.match((await selected(page))!, /SYN-ACK/);
      await press(page, 'p', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft');
      assert.match((await selected(page))!, /#2 GET \//);
      await press(page, '3');
      assert.ok((await page.locator('[role=row][aria-level="3"]').count()) > 10);
      await press(page, '?');
      await page.locator('[role=dialog]').waitFor();
      await press(page, 'Escape');
      await page.locator('[role=dialog]').waitFor({ state: 'detached' });
    }));

  it('details are of the selected row, and so is the line that a key opens', () =>
    on({ example: 'dr' }, async (page) => {
      const opened = () =>
        page.evaluate(() => fakeHost.messages.filter(({ type }) => type === 'open').length);
      await focusRows(page);
      await press(page, '3', 'Home', ']', ']', ']', ']', ']', ']', 'e');
      await page.waitForFunction(() => fakeHost.messages.some(({ type }) => type === 'open'));
      await press(page, 'Enter');
      await page.locator('.details tr.layer').first().waitFor();
      const before = await opened();
      await press(page, 'ArrowLeft', 'ArrowLeft', 'ArrowLeft');
      assert.match((await selected(page))!, /#2 GET \//);
      await says(page, '.details-body', /Select a packet or a hop/);
      await press(page, 'e');
      assert.equal(await opened(), before);
    }));

  it('focus goes to the rows when what had it is closed', () =>
    on({ example: 'dr' }, async (page) => {
      const isInRows = () => page.evaluate(() => document.activeElement?.getAttribute('role') === 'treegrid');
      await focusRows(page);
      await press(page, 'Home', ']', 'Enter');
      await page.locator('.details').getByRole('button', { name: 'Close' }).click();
      await drawn(page);
      assert.equal(await isInRows(), true, 'details');
      await filter(page, 'lost');
      await page.locator('.filter-bar').getByRole('button', { name: 'Clear' }).click();
      await drawn(page);
      assert.equal(await isInRows(), true, 'filter');
    }));

  it('the rows are three tab stops away, the line of tools is one', () =>
    on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      const at = () =>
        page.evaluate(
          () => document.activeElement?.getAttribute('role') ?? document.activeElement?.className,
        );
      const stops: unknown[] = [];
      for (let stop = 0; stop < 3; stop++) {
        await press(page, 'Tab');
        stops.push(await at());
      }
      assert.equal(stops.at(-1), 'treegrid', stops.join(', '));
      await press(page, 'Shift+Tab', 'Shift+Tab', 'End');
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'More');
      await press(page, 'ArrowLeft', 'ArrowLeft', 'Enter');
      await says(page, '.level[aria-pressed=true]', /Hops/);
      // What had focus last is where Tab comes back to.
      await press(page, 'Tab', 'Shift+Tab');
      assert.match((await at())!, /level/);
    }));

  it('a menu stands under its button and goes when focus does', () =>
    on({ example: 'dr' }, async (page) => {
      const chevron = page.getByRole('button', { name: 'Choose what to send' });
      await chevron.click();
      await page.locator('.menu .item:focus').waitFor();
      const [button, menu] = [(await chevron.boundingBox())!, (await page.locator('.menu').boundingBox())!];
      assert.ok(Math.abs(menu.x - button.x) < 4 && menu.y - (button.y + button.height) < 6);
      await press(page, 'ArrowDown', 'Enter');
      await page.getByRole('button', { name: /^Send request: / }).click();
      const sent = await page.evaluate(() => fakeHost.messages.filter(({ type }) => type === 'do'));
      assert.deepEqual(
        sent.map((one) => one.type === 'do' && one.action),
        [1, 0].map((traffic) => ({ kind: 'send-request', traffic })),
      );
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.locator('.menu').waitFor();
      await page.locator('canvas').click();
      await page.locator('.menu').waitFor({ state: 'detached' });
    }));
});
