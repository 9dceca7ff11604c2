import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { startCodeServer } from '../../scripts/start-code-server.mjs';
import { temporaryFolder } from '../support/lb-lab.ts';
import { packaged } from '../support/packaged.ts';
import { launchBrowser } from '../support/vscode-browser.ts';
import { FlowPanel } from '../support/vscode-panel.ts';
import { Workbench } from '../support/vscode-workbench.ts';

/** The editor's themes, one of each kind, and the class by which a webview knows the kind. */
const themes = [
  ['Dark Modern', 'vscode-dark'],
  ['Light Modern', 'vscode-light'],
  ['Dark High Contrast', 'vscode-high-contrast'],
  ['Light High Contrast', 'vscode-high-contrast-light'],
] as const;

const HAN = /\p{Script=Han}/u;

describe('pictures of the running lab, to be looked at', () => {
  let browser: Browser;
  before(async function () {
    this.timeout(120_000);
    packaged();
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const locale of ['en', 'zh-cn']) {
    it(`in ${locale}, in every kind of theme`, async () => {
      const folder = temporaryFolder();
      const lab = folder.path('lab');
      mkdirSync(lab);
      const settings = { 'lbLab.engine': 'embedded' };
      const server = await startCodeServer({
        vsix: [packaged()],
        settings,
        ...(locale === 'en' ? {} : { locale }),
      });
      try {
        const workbench = await Workbench.open({ browser, server, folder: lab });
        await workbench.run('lbLab.startDr');
        const panel = new FlowPanel(workbench.webview());
        await panel.waitFor('six answered requests', (rows) =>
          rows.filter(({ kind, result }) => kind === 'flow' && result.includes('200')).length >= 6
            ? true
            : undefined,
        );
        const heard = await workbench.webview().locator('[role=treegrid]').getAttribute('aria-label');
        assert.equal(HAN.test(heard ?? ''), locale === 'zh-cn', heard ?? 'no label');
        for (const [theme, kind] of themes) {
          await workbench.chooseTheme(theme, kind);
          await workbench.screenshot(`${locale}-${theme.toLowerCase().replaceAll(' ', '-')}`);
        }
        assert.deepEqual(workbench.errors, []);
        await workbench.close();
      } finally {
        await server.stop();
        folder.remove();
      }
    }).timeout(180_000);
  }
});
