import assert from 'node:assert/strict';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { answered, FlowPanel } from '../support/vscode-panel.ts';
import { inWindow } from '../support/vscode-window.ts';

/** The editor's themes, one of each kind, and the class by which a webview knows the kind. */
const themes = [
  ['Dark Modern', 'vscode-dark'],
  ['Light Modern', 'vscode-light'],
  ['Dark High Contrast', 'vscode-high-contrast'],
  ['Light High Contrast', 'vscode-high-contrast-light'],
] as const;

const HAN = /\p{Script=Han}/u;
const STEPS = 6;

describe('pictures of the running lab, to be looked at', () => {
  const browser = packagedBrowser();

  for (const locale of ['en', 'zh-cn']) {
    it(`in ${locale}, in every kind of theme`, async () => {
      const settings = { 'lbLab.engine': 'embedded' };
      await inWindow(browser(), { settings, ...(locale === 'en' ? {} : { locale }) }, async (workbench) => {
        const isOfLanguage = (text: string | null) =>
          assert.equal(HAN.test(text ?? ''), locale === 'zh-cn', text ?? 'no text');
        await workbench.openView('LB Lab');
        await workbench.welcome().locator('.monaco-button').first().waitFor();
        isOfLanguage(await workbench.welcome().innerText());
        await workbench.screenshot(`${locale}-welcome`);

        await workbench.run('lbLab.startDr');
        await new FlowPanel(workbench.webview()).waitFor('all requests answered', answered(6));
        isOfLanguage(await workbench.webview().locator('[role=treegrid]').getAttribute('aria-label'));
        const row = (name: string) => workbench.treeRows().filter({ hasText: name }).last();
        for (const name of ['director', 'rs1']) await row(name).locator('.monaco-tl-twistie').click();
        for (const [theme, kind] of themes) {
          await workbench.chooseTheme(theme, kind);
          await workbench.screenshot(`${locale}-${theme.toLowerCase().replaceAll(' ', '-')}`);
        }

        // Where it is narrow the walkthrough leaves its pictures out.
        await workbench.palette('View: Close All Editors');
        await workbench.tab('dr').first().waitFor({ state: 'detached' });
        const page = await workbench.openWalkthrough(
          locale === 'en' ? 'See Load Balancing' : '亲眼看负载均衡',
        );
        const steps = page.locator('.getting-started-step');
        assert.equal(await steps.count(), STEPS);
        isOfLanguage(await steps.first().innerText());
        for (let step = 0; step < STEPS; step++) {
          // The first step is open already, and a click would close it.
          if (step > 0) await steps.nth(step).click();
          await steps.nth(step).and(page.locator('.expanded')).waitFor();
          await page.locator('.getting-started-media iframe.webview.ready').waitFor();
          const [theme, kind] = themes[step % themes.length]!;
          await workbench.chooseTheme(theme, kind);
          await workbench.screenshot(`${locale}-walkthrough-${step + 1}`);
        }
      });
    }).timeout(300_000);
  }
});
