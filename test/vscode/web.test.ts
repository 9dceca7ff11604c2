import assert from 'node:assert/strict';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { answered, flowsOfEpoch, FlowPanel } from '../support/vscode-panel.ts';
import { inWindow } from '../support/vscode-window.ts';

const FILE = 'dr.lblab.yaml';
const REQUESTS = 6;

describe('in a browser’s extension host', () => {
  const browser = packagedBrowser();

  for (const which of ['newest', 'lowest'] as const) {
    it(`language, labs in memory and the panel, without Docker and with a word why, in the ${which} editor`, async () => {
      const settings = { 'remote.extensionKind': { 'lb-lab.lb-lab': ['web'] } };
      await inWindow(browser(), { which, settings }, async (workbench, folder) => {
        await workbench.openView('LB Lab');
        // Only the browser's entry says so.
        await workbench.welcome().filter({ hasText: 'In a browser labs run in memory' }).waitFor();

        await workbench.palette('Start LB Lab (DR)');
        const panel = new FlowPanel(workbench.webview());
        await panel.waitFor('all requests answered', answered(REQUESTS));
        assert.equal(await workbench.offers('LB Lab: Stop Lab'), true);
        for (const title of ['LB Lab: Clean Up Docker', 'LB Lab: Run This Lab on Docker'])
          assert.equal(await workbench.offers(title), false, title);

        const file = `${folder}/${FILE}`;
        await workbench.editor.replaceLine(file, /scheduler: rr/, (line) => line.replace('rr', 'zz'));
        await workbench.editor.waitForUnderlined('error', (line) => line.includes('scheduler:'));
        await workbench.editor.replaceLine(file, /scheduler: rr/, (line) => line.replace('rr', 'sh'));
        await workbench.editor.save();
        await panel.waitFor('the change of the file', (rows) => rows.find(({ kind }) => kind === 'change'));
        await workbench.palette('LB Lab: Send Request');
        await workbench.page.locator('.quick-input-list .monaco-list-row[data-index="0"]').click();
        await panel.waitFor('a request under the new rule', (rows) =>
          flowsOfEpoch(rows).find(({ result }) => result.includes('200')),
        );
        await workbench.screenshot(`web-${which}`);
      });
    }).timeout(180_000);
  }
});
