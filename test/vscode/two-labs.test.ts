import assert from 'node:assert/strict';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { answered, FlowPanel } from '../support/vscode-panel.ts';
import { inWindow } from '../support/vscode-window.ts';

const REQUESTS = 6;

describe('two labs in one window', () => {
  const browser = packagedBrowser();

  it('the cards of the first run are those of the lab on show', async () => {
    const settings = { 'lbLab.engine': 'embedded' };
    await inWindow(browser(), { settings }, async (workbench) => {
      const card = workbench.webview().locator('.card');
      await workbench.palette('Start LB Lab (DR)');
      await card.filter({ hasText: '3 hops' }).waitFor();

      await workbench.palette('Start LB Lab (TUN)');
      const panel = new FlowPanel(workbench.webview());
      await workbench.webview().locator('h1', { hasText: 'TUN' }).waitFor();
      await panel.waitFor('all requests answered', answered(REQUESTS));
      assert.equal(await card.count(), 0);

      await workbench.openFile('dr.lblab.yaml');
      await workbench.palette('LB Lab: Show Packet Flow');
      await card.filter({ hasText: '3 hops' }).waitFor();
    });
  }).timeout(180_000);
});
