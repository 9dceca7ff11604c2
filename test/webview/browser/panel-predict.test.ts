import assert from 'node:assert/strict';
import { axe } from './axe.ts';
import { focusRows, menu, openedPanels, press, rows, says, selected } from './panel-driver.ts';

describe('webview: the panel in Chromium: Predict and the map', function () {
  this.timeout(120_000);
  const on = openedPanels();

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

  for (const locale of ['en', 'zh-cn'] as const)
    it(`${locale}: on a small screen the whole question is in view below the whole map`, () =>
      on({ example: 'dr', locale, width: 1280, height: 720 }, async (page) => {
        await focusRows(page);
        await press(page, 'q');
        await page.locator('.question form').waitFor();
        const hidden = (selector: string) =>
          page.locator(selector).evaluate((one) => one.scrollHeight - one.clientHeight);
        assert.deepEqual([await hidden('.question .details-body'), await hidden('.map-room')], [0, 0]);
        const wraps = await page
          .locator('.question .guesses')
          .evaluateAll(
            (all) => all.filter((one) => one.clientHeight > 30 || one.scrollWidth > one.clientWidth).length,
          );
        assert.equal(wraps, 0);
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
      await page.locator('.map-bar button[aria-label^=Play]').waitFor();
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
});
