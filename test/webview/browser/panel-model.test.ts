import assert from 'node:assert/strict';
import { drawn, focusRows, openedPanels, picture, press, rows, says, selected } from './panel-driver.ts';

describe('webview: the panel in Chromium: the model, and how things are named', function () {
  this.timeout(120_000);
  const on = openedPanels();

  it('names or values, times three ways', () =>
    on({ example: 'dr' }, async (page) => {
      await focusRows(page);
      await press(page, '3', 'v');
      const words = (await rows(page)).join('\n');
      assert.match(words, /dst MAC 02(:[0-9a-f]{2}){5} → 02(:[0-9a-f]{2}){5}/);
      assert.match(words, /10\.0\.1\.10:\d+ → 10\.0\.2\.100:80/);
      const seen = new Set<string>();
      for (let turn = 0; turn < 3; turn++) {
        await press(page, 't');
        seen.add(await picture(page));
      }
      assert.equal(seen.size, 3);
    }));

  it('model card: verdicts with their frames, one click away', () =>
    on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      await says(page, '.tallies', /✓ 3[\s\S]*✗ 3/);
      await page.locator('.tallies').click();
      await page.locator('.promises .broken').first().waitFor();
      assert.equal(await page.locator('.promises .broken').count(), 3);
      await page.locator('.promises .broken .evidence button').first().click();
      await drawn(page);
      assert.match((await selected(page))!, /hop/);
      await page.locator('.explanation .link').first().click();
      const opened = await page.evaluate(() => fakeHost.messages.findLast(({ type }) => type === 'open'));
      assert.deepEqual(opened, { type: 'open', place: { kind: 'setting', path: 'nodes.rs1.hideVip' } });
    }));

  it('model card: its layer, what passes each director, and what a packet costs here, on request', () =>
    on({ example: 'dr' }, async (page) => {
      await page.locator('.tallies').click();
      const facts = await page.locator('.model-facts').innerText();
      assert.match(facts, /Layer 2/);
      assert.match(facts, /director: [\d,]+ bytes of IPv4/);
      await page.locator('.model-facts button').click();
      await page.locator('.forwarding-times').waitFor();
      const rows = await page.locator('.forwarding-times tr').allInnerTexts();
      assert.equal(rows.length, 6);
      assert.ok(rows.some((row) => /^DR\s+1\.0 times/.test(row)));
      await page.locator('.compare-models').click();
      const asked = await page.evaluate(() => fakeHost.messages.findLast(({ type }) => type === 'do'));
      assert.deepEqual(asked, { type: 'do', action: { kind: 'compare' } });
    }));

  it('hostile content is text', () =>
    on(
      {
        topology: `model: dr
service: { vip: 10.0.2.100, port: 80, servers: [rs1] }
segments: { inside: 10.0.2.0/24 }
nodes:
  client: { role: client, at: { inside: 10.0.2.10 } }
  director: { role: director, at: { inside: 10.0.2.2 } }
  rs1: { role: server, at: { inside: 10.0.2.11 } }
traffic: [{ from: client, count: 1, request: 'GET /<img/src=x/onerror=globalThis.hacked=1>' }]
`,
      },
      async (page) => {
        await focusRows(page);
        await press(page, '3');
        assert.ok((await rows(page)).some((row) => row.includes('<img/src=x')));
        assert.equal(await page.evaluate(() => 'hacked' in globalThis), false);
        assert.equal(await page.locator('#panel img').count(), 0);
      },
    ));
});
