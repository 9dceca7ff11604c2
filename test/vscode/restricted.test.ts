import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { answered, FlowPanel } from '../support/vscode-panel.ts';
import { inWindow } from '../support/vscode-window.ts';

describe('in a folder that nobody trusts', () => {
  const browser = packagedBrowser();

  it('labs run in memory and files are checked; Docker is not offered, and it is said why', async () => {
    const settings = { 'security.workspace.trust.startupPrompt': 'never' };
    await inWindow(browser(), { restricted: true, settings }, async (workbench, folder) => {
      writeFileSync(`${folder}/broken.lblab.yaml`, 'model: dx\n');
      await workbench.openView('LB Lab');
      await workbench.welcome().filter({ hasText: 'In restricted mode labs run in memory' }).waitFor();
      await workbench.openFile('broken.lblab.yaml');
      await workbench.editor.waitForUnderlined('error', (line) => line.startsWith('model: dx'));

      await workbench.palette('Start LB Lab (DR)');
      await new FlowPanel(workbench.webview()).waitFor('all requests answered', answered(6));
      // The engine says what it is, and why it is not another.
      await workbench.webview().locator('.title-bar .state').click();
      await workbench
        .webview()
        .getByText('Docker is used only in folders that you trust')
        .first()
        .waitFor({ state: 'attached' });
      for (const title of ['LB Lab: Clean Up Docker', 'LB Lab: Run This Lab on Docker'])
        assert.equal(await workbench.offers(title), false, title);
      assert.equal(await workbench.offers('LB Lab: Stop Lab'), true);
      await workbench.screenshot('restricted');
    });
  }).timeout(180_000);
});
