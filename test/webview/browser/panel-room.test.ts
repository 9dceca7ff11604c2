import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { crowdText } from '../support/crowd.ts';
import { axe } from './axe.ts';
import { pictures } from './chromium.ts';
import {
  drawn,
  focusRows,
  menu,
  openedPanels,
  press,
  says,
  selected,
  selectedIndex,
} from './panel-driver.ts';

describe('webview: the panel in Chromium: room', function () {
  this.timeout(120_000);
  const on = openedPanels();

  it('at 1280 by 720 eight hops are in view together', () =>
    on({ example: 'dr', width: 1280, height: 720 }, async (page) => {
      const scrolled = () => page.evaluate(() => document.querySelector('.scroller')!.scrollTop);
      await focusRows(page);
      await press(page, '3', 'End', '1', 'Home', 'ArrowDown', ...Array<string>(12).fill(']'));
      await press(page, ...Array<string>(11).fill('['));
      assert.match((await selected(page))!, /hop 1.*client1 → router/s);
      // Stepped to from below, it is the uppermost row.
      const top = await scrolled();
      assert.ok(top > 0);
      await press(page, ...Array<string>(7).fill(']'));
      assert.match((await selected(page))!, /hop 3.*director → rs1/s);
      assert.equal(await scrolled(), top);
    }));

  it('leaves the ladder its room: the arrows of eight hops are in view', async () => {
    for (const [example, width, height] of [
      ['dr', 1280, 720],
      ['dr', 800, 900],
      ['lessons/vip-not-hidden', 800, 900],
    ] as const) {
      await on({ example, width, height }, async (page) => {
        await focusRows(page);
        await press(page, '3', 'Home');
        while (!/^#2 /.test((await selected(page))!.trim())) await press(page, 'ArrowDown');
        const first = await selectedIndex(page);
        const { x, y, height: room } = (await page.locator('.scroller').boundingBox())!;
        // Coming from below, what is selected is brought to the upper edge.
        await page.locator('.scroller').evaluate((one) => (one.scrollTop = one.scrollHeight));
        await press(page, 'ArrowDown', 'ArrowUp');
        await page.mouse.click(x + 10, y + room - 24);
        await drawn(page);
        const range = [first, await selectedIndex(page)];
        const hops = await page
          .locator('[role=row][aria-level="3"]')
          .evaluateAll(
            (all, [from, to]) =>
              all.map((one) => Number(one.ariaRowIndex)).filter((at) => at > from! && at <= to!).length,
            range,
          );
        assert.ok(hops >= 8, `${example}, ${width} × ${height}: ${hops}`);
      });
    }
  });

  it('one band at a time: what was asked for, why something went wrong, what the model does', async () => {
    await on({ example: 'dr' }, async (page) => {
      await says(page, '.slot', /replies go around the director/);
      await focusRows(page);
      await press(page, 'Home', 'c');
      await says(page, '.slot', /is marked/);
      assert.equal(await page.locator('.slot > *').count(), 1);
      await press(page, 'Escape');
      await says(page, '.slot', /replies go around/);
    });
    await on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      await says(page, '.slot', /nodes\.rs1\.hideVip/);
      assert.equal(await page.locator('.slot > *').count(), 1);
    });
  });

  it('at 200 % nothing is cut off, in either language', async () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      await on({ example: 'tun', locale, width: 640, height: 480, scale: 2 }, async (page, problems) => {
        await focusRows(page);
        await press(page, 'Home', ']', ']', ']', ']', ']', 'Enter');
        await page.locator('.details tr.layer').first().waitFor();
        await drawn(page);
        await page.screenshot({ path: `${pictures}zoom-${locale}.png` });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        const cut = await page
          .locator('header button, .details-bar h2, .details-bar button, .counts, .slot')
          .evaluateAll((all) =>
            all
              .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
              .map((one) => one.outerHTML),
          );
        assert.deepEqual(cut, []);
        await axe(page, problems);
      });
    }
  });

  it('lanes without room fold, unfold at a key or a click, and what is selected is scrolled to', async () => {
    const sizes = (page: Page) =>
      page.evaluate(() => {
        const { scrollWidth, clientWidth, scrollLeft } = document.querySelector('.scroller')!;
        return { over: scrollWidth - clientWidth, scrollLeft };
      });
    for (const options of [
      { example: 'lessons/hash-reshuffle', width: 760 },
      { topology: crowdText(18, 20), width: 900 },
    ]) {
      await on(options, async (page) => {
        assert.equal((await sizes(page)).over, 0);
        await focusRows(page);
        await press(page, 'l', '2', 'End');
        const { over, scrollLeft } = await sizes(page);
        assert.ok(over > 200 && scrollLeft > 0, `${over} ${scrollLeft}`);
        await page.locator('.stage.more-left').waitFor();
        await press(page, 'l');
        assert.equal((await sizes(page)).over, 0);
        // The narrow lane says what is folded in it.
        const canvas = page.locator('.scroller canvas');
        const { x, y, width } = (await canvas.boundingBox())!;
        const serversAt = async () => {
          for (let at = x + width - 4; at > x; at -= 20) {
            await page.mouse.move(at, y + 10);
            if (/^Folded.* rs\d/.test((await canvas.getAttribute('title')) ?? '')) return at;
          }
          return undefined;
        };
        const at = await serversAt();
        assert.ok(at !== undefined);
        await page.mouse.click(at, y + 10);
        await drawn(page);
        assert.equal(await serversAt(), undefined);
      });
    }
  });

  it('lanes are hidden, moved and remembered', () =>
    on({ example: 'dr' }, async (page) => {
      await menu(page, 'Lanes');
      await page.locator('.lanes vscode-checkbox').nth(1).click();
      await page.getByRole('button', { name: 'Move rs2 left' }).click();
      const kept = await page.evaluate(() =>
        fakeHost.messages.findLast((message) => message.type === 'keep'),
      );
      assert.ok(kept?.type === 'keep');
      assert.deepEqual(kept.view['lanes'], {
        order: ['client1', 'router', 'director', 'rs2', 'rs1'],
        hidden: ['client2'],
      });
    }));

  it('without a lab, and in a narrow panel, it is still of use', async () => {
    await on({}, async (page, problems) => {
      await says(page, 'div.empty', /The lab is not running/);
      assert.equal(await page.locator('canvas').isVisible(), false);
      await axe(page, problems);
    });
    await on({ example: 'dr', width: 420 }, async (page, problems) => {
      assert.ok(await page.locator('.grid').isVisible());
      await page.locator('.grid .row').nth(1).click();
      await drawn(page);
      assert.match((await selected(page))!, /#2/);
      await focusRows(page);
      await press(page, '3', 'Home', 'PageDown', 'PageDown');
      const isInView = () =>
        page.evaluate(() => {
          const row = document.querySelector('.grid [aria-selected=true]')!.getBoundingClientRect();
          const grid = document.querySelector('.grid')!.getBoundingClientRect();
          return row.top >= grid.top - 1 && row.bottom <= grid.bottom + 1;
        });
      assert.equal(await isInView(), true);
      await press(page, '1', 'Home', ']', ']', ']', ']', ']', 'Enter');
      await page.locator('.details tr.layer').first().waitFor();
      assert.equal(await isInView(), true, 'after the details opened');
      const columns = await page
        .locator('.layers thead th')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
      assert.ok(Math.min(...columns) >= 60, columns.join(' '));
      await page.screenshot({ path: `${pictures}narrow.png` });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await axe(page, problems);
    });
  });
});
