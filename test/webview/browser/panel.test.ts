import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { axe } from './axe.ts';
import { openedBrowser, out } from './chromium.ts';
import { openPanel, type PageOptions } from './panel-page.ts';
import { crowdText } from '../support/crowd.ts';
import { themeNames } from './themes.ts';

/** A page in the background of a busy machine may take long; it is waited for no longer than it needs. */
const PATIENCE_MS = 20_000;

describe('webview: the panel in Chromium', function () {
  this.timeout(120_000);
  const browser = openedBrowser();

  /** The panel with an example; afterwards nothing may have gone wrong in the page, nor against its policy. */
  async function on(
    options: PageOptions,
    body: (page: Page, problems: string[]) => Promise<void>,
  ): Promise<void> {
    const { page, problems } = await openPanel(browser(), options);
    try {
      await settled(page);
      await body(page, problems);
      const failed = await page.evaluate(() => fakeHost.messages.filter(({ type }) => type === 'failed'));
      assert.deepEqual([...problems, ...failed], []);
    } finally {
      await page.context().close();
    }
  }

  /** Two pictures later everything that a key set off has been drawn. */
  const drawn = (page: Page) =>
    page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  /** The panel has all rows of the recording, and has drawn them; its fonts and controls are there. */
  const settled = async (page: Page) => {
    await page.waitForFunction(() => fakeHost.isSettled && document.querySelector('#panel main') !== null);
    await page.evaluate(() => document.fonts.ready);
    await drawn(page);
  };
  /** What a part of the page says, once it says so; else what it says instead. */
  const says = async (page: Page, selector: string, pattern: RegExp) => {
    await page
      .locator(selector)
      .filter({ hasText: pattern })
      .waitFor({ timeout: PATIENCE_MS })
      .catch(async () => assert.match(await page.locator(selector).innerText(), pattern));
  };
  const rows = (page: Page) => page.locator('[role=row]').allInnerTexts();
  /** The ladder's pixels. */
  const picture = (page: Page) =>
    page.evaluate(() => document.querySelector<HTMLCanvasElement>('.scroller canvas')!.toDataURL());
  const filter = async (page: Page, text: string) => {
    if (!(await page.locator('#filter').isVisible()))
      await page.getByRole('button', { name: 'Filter' }).click();
    await page.locator('#filter').fill(text);
  };
  const menu = async (page: Page, ...names: readonly string[]) => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    for (const name of names) await page.locator('.menu .item', { hasText: name }).click();
  };
  const selected = (page: Page) => page.locator('[role=row][aria-selected=true]').textContent();
  const selectedIndex = async (page: Page) =>
    Number(await page.locator('[role=row][aria-selected=true]').getAttribute('aria-rowindex'));
  const focusRows = async (page: Page) => {
    await page.locator('[role=treegrid]').focus();
    await page.waitForFunction(() => document.activeElement?.matches('[role=treegrid]'));
  };
  const press = async (page: Page, ...keys: readonly string[]) => {
    for (const key of keys) {
      await page.keyboard.press(key);
      await drawn(page);
    }
  };

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

  it('pauses while recording goes on, follows, and tells how many are new', () =>
    on({ example: 'dr', height: 500 }, async (page) => {
      await says(page, '.pill', /\d+ new/);
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
      await page.screenshot({ path: `${out}compare.png` });
      assert.match(await page.locator('.compare').innerText(), /Before[\s\S]*After/);
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
      assert.ok(height <= 11);
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

  it('at 200 % nothing is cut off, in either language', async () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      await on({ example: 'tun', locale, width: 640, height: 480, scale: 2 }, async (page, problems) => {
        await focusRows(page);
        await press(page, 'Home', ']', ']', ']', ']', ']', 'Enter');
        await page.locator('.details tr.layer').first().waitFor();
        await drawn(page);
        await page.screenshot({ path: `${out}zoom-${locale}.png` });
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

  it('Predict: the hop is covered, keys say what changes, the bytes answer, the score counts', () =>
    on({ example: 'dr' }, async (page, problems) => {
      const said = async () => (await page.locator('main').innerText()) + (await rows(page)).join('\n');
      const tells = /dst MAC director → rs1|VIP is on lo|rr: turn|Direct|kept/;
      assert.match(await said(), tells);
      await focusRows(page);
      await press(page, 'q');
      const form = page.locator('.question form');
      await form.waitFor();
      assert.doesNotMatch(await said(), tells);
      assert.match((await selected(page))!, /hop 3.*director → rs1/s);
      await page.waitForFunction(() => document.activeElement?.matches('.question input'));
      await axe(page, problems);
      // Server's MAC, director's, six fields more: unchanged but for the TTL, which is forgotten.
      await press(page, '5', '4', '1', '1', '1', '1', '1', 'Enter');
      await says(page, '.question .result', /7 of 8 right/);
      await says(page, '.question tr.wrong', /TTL.*one less.*63 ⇒ 62.*you said: unchanged.*network layer/s);
      await says(page, '.question .score', /7 of 8 fields · 0 of 1 hops/);
      assert.match((await selected(page))!, /dst MAC director → rs1/);
      await axe(page, problems);
      // The next connection is asked anew; its details, the tables and exports stay closed.
      await press(page, 'Enter');
      await form.waitFor();
      assert.doesNotMatch((await selected(page))!, /rs2.*dst MAC/s);
      await press(page, 'Escape', 'ArrowLeft', 'Enter');
      await page.getByRole('tab', { name: 'Connections' }).click();
      await says(page, '.details-body', /Closed while Predict is on/);
      await menu(page, 'Export');
      await page.locator('.menu .item').first().click();
      await says(page, '.notice', /Closed while Predict is on/);
      await focusRows(page);
      await press(page, 'q');
      assert.match(await said(), tells);
    }));

  it('in a wide panel the map is a stage: a packet is played on it, and waits at a director to be predicted', () =>
    on({ example: 'dr', width: 1280, height: 900, reducedMotion: true }, async (page, problems) => {
      const where = page.locator('.map-stage .whereabouts');
      const place = () => page.locator('.map .packet').getAttribute('transform');
      await focusRows(page);
      await press(page, '1', 'Home', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'k');
      await says(page, '.map-stage .whereabouts', /hop 1 · client1 → router/);
      const first = await place();
      await says(page, '.map-stage .whereabouts', /hop 3 · director → rs1 .*dst MAC/);
      await page.locator('.map-bar [label^=Play]').waitFor();
      assert.notEqual(await place(), first);
      assert.equal(await page.evaluate(() => document.getAnimations().length), 0, 'reduced motion');
      await axe(page, problems);
      await page.locator('.then summary').click();
      await says(
        page,
        '.then',
        /Tables of director when it sent this frame[\s\S]*ARP[\s\S]*rs1[\s\S]*Connections[\s\S]*not known/,
      );
      await axe(page, problems);
      await focusRows(page);
      // Where it is to be predicted, the packet waits in front of the director's wire, and the question has the focus.
      await press(page, 'q');
      await page.locator('.map .packet text', { hasText: '?' }).waitFor();
      const asked = await place();
      await says(page, '.then', /Closed while Predict is on/);
      await press(page, 'Escape', 'ArrowLeft', 'k');
      await says(page, '.map-stage .whereabouts', /hop 3 .*does it change/);
      await page.waitForFunction(() => document.activeElement?.matches('.question input'));
      assert.equal(await place(), asked);
      assert.doesNotMatch(await where.innerText(), /forwarded|accepted/);
      await press(page, 'Enter');
      await page.locator('.map .packet text').waitFor({ state: 'detached' });
      assert.notEqual(await place(), asked);
      await focusRows(page);
      await press(page, 'g');
      await page.locator('.map-stage').waitFor({ state: 'detached' });
    }));

  it('the packet glides where motion is welcome, and nowhere else', async () => {
    for (const reducedMotion of [false, true]) {
      await on({ example: 'dr', width: 1280, height: 900, reducedMotion }, async (page) => {
        await focusRows(page);
        await page.evaluate(() => {
          const { animate } = Element.prototype;
          Element.prototype.animate = function (...args) {
            document.body.dataset['glided'] = this.getAttribute('class') ?? '';
            return animate.apply(this, args);
          };
        });
        const packet = page.locator('svg.map .packet');
        await press(page, 'Home', ']', ']');
        await packet.waitFor();
        const place = await packet.getAttribute('transform');
        await press(page, ']');
        await page.waitForFunction(
          (before) => document.querySelector('svg.map .packet')?.getAttribute('transform') !== before,
          place,
        );
        assert.equal(
          await page.evaluate(() => document.body.dataset['glided']),
          reducedMotion ? undefined : 'packet',
        );
      });
    }
  });

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
      await page.screenshot({ path: `${out}narrow.png` });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await axe(page, problems);
    });
  });

  for (const theme of themeNames) {
    for (const locale of ['en', 'zh-cn'] as const) {
      it(`${theme}, ${locale}: readable, nothing for axe to say`, () =>
        on({ example: 'tun', theme, locale, width: 1000, height: 900 }, async (page, problems) => {
          await page.screenshot({ path: `${out}${theme}-${locale}-ladder.png` });
          await focusRows(page);
          await press(page, 'Home', ']', ']', ']', ']', ']', 'Enter', 'm');
          await page.locator('.details tr.layer').first().waitFor();
          await drawn(page);
          await page.screenshot({ path: `${out}${theme}-${locale}-details.png` });
          await axe(page, problems);
          await press(page, '?');
          await axe(page, problems);
          // As wide as a stage: the map, a question about a covered hop, and what came of it.
          await press(page, 'Escape', 'Escape', 'm');
          await page.setViewportSize({ width: 1280, height: 900 });
          await page.locator('.map-stage').waitFor();
          await focusRows(page);
          await press(page, 'q');
          await page.locator('.question form').waitFor();
          await axe(page, problems);
          await press(page, 'Enter');
          await page.locator('.question .result').waitFor();
          await axe(page, problems);
        }));
    }
  }
});
