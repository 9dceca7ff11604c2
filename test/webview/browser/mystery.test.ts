import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { axe } from './axe.ts';
import { openedPanels, says } from './panel-driver.ts';
import { themeNames } from './themes.ts';

/** A hidden fault of each kind of level; which it is does not matter here. */
const mystery = { level: 1, seed: 2 } as const;

describe('webview: a mystery in Chromium', function () {
  this.timeout(120_000);
  const on = openedPanels();
  const allRows = (page: Page) => page.locator('[role=row]').allInnerTexts();

  it('its band says what is asked and leads to the answer; nothing else is told than what frames show', () =>
    on({ mystery }, async (page) => {
      await says(page, '.mystery', /level 1.*seed 2/i);
      await page.locator('[role=treegrid]').press('3');
      assert.ok((await allRows(page)).length > 10);
      // Of a lab that is open, these tell what holds, what is not as predicted and why.
      for (const telling of ['.tally', '.explanation', '.lesson', '.gist'])
        assert.equal(await page.locator(telling).count(), 0, telling);
      assert.doesNotMatch((await allRows(page)).join('\n'), /expected|predicted/);
      await page.locator('.mystery').getByRole('button').click();
      assert.deepEqual(await page.evaluate(() => fakeHost.messages.findLast(({ type }) => type === 'do')), {
        type: 'do',
        action: { kind: 'name-cause' },
      });
    }));

  for (const theme of themeNames)
    it(`${theme}: nothing for axe to say`, () =>
      on(
        { mystery, theme, locale: theme.includes('light') ? 'zh-cn' : 'en', width: 800 },
        async (page, problems) => {
          await page.locator('.mystery').waitFor();
          await axe(page, problems);
        },
      ));
});
