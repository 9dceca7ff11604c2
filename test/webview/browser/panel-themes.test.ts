import { axe } from './axe.ts';
import { pictures } from './chromium.ts';
import { drawn, focusRows, openedPanels, press } from './panel-driver.ts';
import { themeNames } from './themes.ts';

describe('webview: the panel in Chromium: every theme, both languages', function () {
  this.timeout(120_000);
  const on = openedPanels();

  for (const theme of themeNames) {
    for (const locale of ['en', 'zh-cn'] as const) {
      it(`${theme}, ${locale}: readable, nothing for axe to say`, () =>
        on({ example: 'tun', theme, locale, width: 1000, height: 900 }, async (page, problems) => {
          await page.screenshot({ path: `${pictures}${theme}-${locale}-ladder.png` });
          await focusRows(page);
          await press(page, 'Home', ']', ']', ']', ']', ']', 'Enter', 'm');
          await page.locator('.details tr.layer').first().waitFor();
          await drawn(page);
          await page.screenshot({ path: `${pictures}${theme}-${locale}-details.png` });
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
