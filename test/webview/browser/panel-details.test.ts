import assert from 'node:assert/strict';
import { focusRows, openedPanels, press, says, selected } from './panel-driver.ts';

describe('webview: the panel in Chromium: details of a row', function () {
  this.timeout(120_000);
  const on = openedPanels();

  it('shows a hop: layers, bytes with their fields, connections, map; steps on', () =>
    on({ example: 'dr' }, async (page) => {
      await focusRows(page);
      await press(page, 'ArrowDown', 'ArrowDown', 'ArrowDown', ']', ']', ']', 'Enter');
      const details = page.locator('.details');
      await details.locator('tr.signature').first().waitFor();
      assert.match(
        (await details.innerText()).replaceAll(/\s+/g, ' '),
        /eth\.dst director .* rs1 .* changed ✓ rs1/,
      );
      await page.getByRole('tab', { name: 'Bytes' }).click();
      await page.locator('.fields button', { hasText: 'ip.ttl' }).hover();
      await says(page, '.codes .lit', /^3e$/);
      await page.locator('.codes span').first().hover();
      await says(page, '.fields .lit', /eth\.dst/);
      await page.getByRole('tab', { name: 'Connections' }).click();
      await press(page, 'ArrowRight');
      await page.locator('svg.map .way.here').waitFor({ state: 'attached' });
      await page.getByRole('tab', { name: 'Layers' }).click();
      await page.getByRole('button', { name: 'dr.lblab.yaml:7' }).click();
      const opened = await page.evaluate(() => fakeHost.messages.findLast(({ type }) => type === 'open'));
      assert.deepEqual(opened, { type: 'open', place: { kind: 'line', line: 7 } });
    }));

  it('what is not as predicted stands on top of the layers, and is never routine', () =>
    on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      await focusRows(page);
      await press(page, '1', 'Home', ']', ']', ']', ']', 'Enter');
      await page.locator('.layers tr.unexpected').first().waitFor();
      const first = page.locator('.layers tbody').first();
      assert.match(
        (await first.innerText()).replaceAll(/\s+/g, ' '),
        /^not as predicted eth\.dst router .* rs1 .* wrong ✗ director/,
      );
      assert.equal(await page.locator('.layers tr.routine.unexpected').count(), 0);
      assert.match((await selected(page))!, /dst MAC rs1 ✗ expected director/);
    }));

  it('the connection tab begins with the entry as this packet showed it; columns without a value are left out', async () => {
    await on({ example: 'dr' }, async (page) => {
      await focusRows(page);
      await press(page, '1', 'End', ']', ']', ']', 'Enter');
      await page.getByRole('tab', { name: 'Connections' }).click();
      await says(page, '.then', /connection \d+ · new connection · client1:\d+ → VIP:80 · → rs\d/);
      await says(page, '.then', /still in the table|no longer in the table/);
      assert.equal(await page.getByRole('columnheader', { name: 'Towards the server' }).count(), 0);
    });
  });

  it('details stand beside the ladder where there is room, else below it', async () => {
    for (const width of [1280, 1000]) {
      await on({ example: 'dr', width }, async (page) => {
        await focusRows(page);
        await press(page, 'Home', ']', 'Enter');
        const [ladder, details] = await Promise.all(
          ['.ladder', '.details'].map(async (part) => (await page.locator(part).boundingBox())!),
        );
        const isBeside = details!.x >= ladder!.x + ladder!.width || details!.x + details!.width <= ladder!.x;
        assert.equal(isBeside, width === 1280);
        assert.equal(details!.y >= ladder!.y + ladder!.height, width === 1000);
        await page.locator('.splitter').focus();
        await press(page, 'ArrowUp');
        const after = (await page.locator('.details').boundingBox())!;
        assert.ok(after.width > details!.width || after.height > details!.height);
      });
    }
  });

  it('the live table marks the entry that this packet used', () =>
    on({ example: 'dnat' }, async (page) => {
      await focusRows(page);
      await press(
        page,
        '1',
        'End',
        'ArrowRight',
        'ArrowDown',
        'ArrowRight',
        'ArrowDown',
        'ArrowDown',
        ']',
        'Enter',
      );
      await page.getByRole('tab', { name: 'Connections' }).click();
      await page.locator('.table tbody tr').first().waitFor();
      assert.equal(await page.locator('.table tr.lit').count(), 1);
    }));

  it("two flows or packets of the reader's choice stand side by side", () =>
    on({ example: 'dr' }, async (page) => {
      await focusRows(page);
      await press(page, '1', 'Home', 'ArrowDown', 'c');
      await says(page, '.notice', /#2 GET \/ is marked/);
      await press(page, 'End', 'c');
      await says(page, '.compare', /director → rs1[\s\S]*director → rs2/);
      await says(page, '.compare', /= \d+ hops? (is|are) the same/);
      assert.match((await page.locator('.compare mark').allInnerTexts()).join(), /1.*2/);
      await page.locator('.notice').waitFor({ state: 'detached' });
      await press(page, 'Escape', 'Home', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'c', 'ArrowDown', 'c');
      await says(page, '.compare h2', /#2 GET \/ · SYN and #2 GET \/ · SYN-ACK/);
      await says(page, '.compare', /request[\s\S]*reply/);
      await press(page, 'c', 'Escape', 'Escape');
      assert.equal(await page.locator('.compare, .notice').count(), 0);
    }));
});
