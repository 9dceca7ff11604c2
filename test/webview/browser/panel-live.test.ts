import assert from 'node:assert/strict';
import { pictures } from './chromium.ts';
import {
  drawn,
  filter,
  focusRows,
  openedPanels,
  picture,
  press,
  rows,
  says,
  selected,
  settled,
} from './panel-driver.ts';

describe('webview: the panel in Chromium: a lab that runs on', function () {
  this.timeout(120_000);
  const on = openedPanels();

  it('says at its own place that what was saved did not take effect, and leads to the line', () =>
    on({ example: 'lessons/vip-not-hidden' }, async (page) => {
      await page.evaluate(() => fakeHost.feed.showFile({ unsaved: true }));
      await says(page, 'header', /unsaved/);
      const runsOfMs = new Date(2026, 0, 1, 14, 2).getTime();
      await page.evaluate(
        (ms) =>
          fakeHost.feed.showFile({
            unsaved: false,
            fault: { text: 'rrr is no scheduler.', line: 7, runsOfMs: ms },
          }),
        runsOfMs,
      );
      await says(page, '.slot [role=alert]', /Line 7: rrr is no scheduler\.[\s\S]*version of 14:02\./);
      assert.equal(await page.locator('.slot > *').count(), 1, 'before why something went wrong');
      assert.doesNotMatch(await page.locator('header').innerText(), /unsaved/);
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      const opened = await page.evaluate(() => fakeHost.messages.findLast(({ type }) => type === 'open'));
      assert.deepEqual(opened, { type: 'open', place: { kind: 'line', line: 7 } });
      await page.evaluate(() => fakeHost.feed.showFile({ unsaved: false }));
      await page.locator('[role=alert]').waitFor({ state: 'detached' });
    }));

  it('pauses while recording goes on, follows, and tells how many are new', () =>
    on({ example: 'dr', height: 500 }, async (page) => {
      const total = () => page.evaluate(() => fakeHost.recording!.builder.report().flows.length);
      const before = await total();
      await focusRows(page);
      await press(page, '1', ' ');
      await page.evaluate(async () => {
        await fakeHost.recording!.lab.request(0);
        fakeHost.recording!.run();
      });
      await settled(page);
      await says(page, '.pill', /1 flow waits/);
      // Unfolding and filtering bring nothing that came later.
      await press(page, 'Home', 'ArrowDown', 'ArrowRight');
      await says(page, '.pill', /1 flow waits/);
      await filter(page, '-lost');
      assert.equal(await total(), before + 1);
      await says(page, '.counts', new RegExp(`\\b${before} of ${before + 1} flows`));
      await filter(page, '');
      await focusRows(page);
      await press(page, ' ', 'f');
      await page.locator('.pill').waitFor({ state: 'detached' });
    }));

  it('a change of the file is a row, with before and after', () =>
    on({ example: 'dr' }, async (page) => {
      await page.evaluate(async () => {
        const { text } = (globalThis as unknown as { fakeTopology: { text: string } }).fakeTopology;
        await fakeHost.save(text.replace('scheduler: rr', 'scheduler: sh'));
        await fakeHost.recording!.lab.request(0);
        fakeHost.recording!.run();
      });
      await settled(page);
      await focusRows(page);
      await press(page, '1');
      const words = await rows(page);
      assert.ok(
        words.some((row) => row.includes('scheduler rr → sh')),
        words.join('\n'),
      );
      await press(page, 'End', 'ArrowUp', 'Enter');
      await page.locator('.compare').waitFor();
      await page.screenshot({ path: `${pictures}compare.png` });
      assert.match(await page.locator('.compare').innerText(), /Before[\s\S]*After/);
    }));

  it('follows what is new until somebody scrolls away, and again from the pill', () =>
    on({ example: 'dr', height: 500 }, async (page) => {
      const atEnd = () =>
        page.waitForFunction(() => {
          const { scrollTop, clientHeight, scrollHeight } = document.querySelector('.scroller')!;
          return scrollTop + clientHeight >= scrollHeight - 4;
        });
      const isFollowing = (wanted: boolean) =>
        page.waitForFunction(
          (on) => document.querySelector('[aria-label^=Follow]')!.ariaPressed === String(on),
          wanted,
        );
      const request = async () => {
        await page.evaluate(async () => {
          await fakeHost.recording!.lab.request(0);
          fakeHost.recording!.run();
        });
        await settled(page);
      };
      assert.equal(await page.locator('.pill').count(), 0, 'what was there at first is no news');
      await focusRows(page);
      await press(page, 'f');
      await atEnd();
      await request();
      await atEnd();
      await isFollowing(true);
      await page.locator('canvas').hover();
      await page.mouse.wheel(0, -300);
      await isFollowing(false);
      await request();
      await says(page, '.pill', /1 new/);
      await page.locator('.pill').click();
      await isFollowing(true);
      await atEnd();
    }));

  it('the timeline goes there, zooms, and is worked with keys', () =>
    on({ example: 'dr' }, async (page) => {
      assert.equal(await page.locator('.strip').count(), 0, 'as long as there is little to lose sight of');
      await page.evaluate(async () => {
        for (let more = 0; more < 8; more++) await fakeHost.recording!.lab.request(0);
        fakeHost.recording!.run();
      });
      await settled(page);
      const { x, y, width, height } = (await page.locator('.strip').boundingBox())!;
      assert.ok(height <= 23, `the strip and its axis take ${height} px`);
      await page.mouse.click(x + width - 3, y + height / 2);
      await drawn(page);
      assert.match((await selected(page))!, /#1[0-9] /);
      await page.mouse.move(x + width * 0.4, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width * 0.7, y + height / 2);
      await page.mouse.up();
      const whole = await page.locator('.span').innerText();
      await page.getByRole('button', { name: 'Show all of it' }).click();
      await page.getByRole('button', { name: 'Show all of it' }).waitFor({ state: 'detached' });
      assert.match(whole, /ms|s/);
      assert.equal(await page.locator('.span').innerText(), '3.00 s');
      await page.locator('.strip').focus();
      await press(page, 'Home');
      assert.match((await selected(page))!, /#1 /);
      await press(page, 'ArrowRight');
      assert.doesNotMatch((await selected(page))!, /#1 /);
    }));

  it('the cursor in the file lights lanes; a lab shown again is as it was left', () =>
    on({ example: 'dr' }, async (page) => {
      const before = await picture(page);
      const light = async (names: readonly string[]) => {
        await page.evaluate((all) => fakeHost.feed.highlight(all), names);
        await drawn(page);
        return picture(page);
      };
      assert.notEqual(await light(['rs1']), before);
      assert.equal(await light([]), before);
      await filter(page, 'proto:tcp');
      await says(page, '.counts', /6 of 13 flows/);
      await page.evaluate(() => fakeHost.feed.receive({ type: 'ready' }));
      await settled(page);
      await says(page, '.counts', /6 of 13 flows/);
      assert.equal(await page.locator('#filter').inputValue(), 'proto:tcp');
    }));

  it('tells listeners of new and failed flows together, not one by one', () =>
    on({ example: 'lessons/vip-missing' }, async (page) => {
      await says(page, '[role=status]', /^7 new flows, 1 failed$/);
    }));

  it('a lab that failed over a recording can be started again', () =>
    on({ example: 'dr' }, async (page) => {
      await page.evaluate(() => {
        const { recording } = fakeHost;
        recording!.state = { kind: 'failed', message: 'The engine is gone.', remedy: 'Settings' };
        recording!.changed();
      });
      await says(page, '.notice.bad', /The engine is gone/);
      for (const [label, kind] of [
        ['Settings', 'remedy'],
        ['Start again', 'restart'],
      ] as const) {
        await page.locator('header').getByRole('button', { name: label }).click();
        const asked = await page.evaluate(() => fakeHost.messages.findLast(({ type }) => type === 'do'));
        assert.deepEqual(asked, { type: 'do', action: { kind } });
      }
    }));
});
