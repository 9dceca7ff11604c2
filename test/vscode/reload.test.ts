import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { findLabs } from '../../src/lab/docker/sweep.ts';
import { dockerHere } from '../lab/docker/docker-here.ts';
import { root } from '../support/lb-lab.ts';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { answered, FlowPanel, type PanelRow } from '../support/vscode-panel.ts';
import { inWindow } from '../support/vscode-window.ts';
import type { Workbench } from '../support/vscode-workbench.ts';

const REQUESTS = 6;
/** A recording is written down three seconds after something was recorded. */
const WRITTEN_MS = 5000;

async function reload(workbench: Workbench): Promise<FlowPanel> {
  await workbench.page.waitForTimeout(WRITTEN_MS);
  const loaded = workbench.page.waitForEvent('load');
  await workbench.palette('Developer: Reload Window');
  await loaded;
  await workbench.statusItems().first().waitFor({ timeout: 60_000 });
  return new FlowPanel(workbench.webview());
}

describe('a window that is loaded anew', () => {
  const browser = packagedBrowser();

  it('has its panel again; a lab in memory goes on below what it recorded, after a row that says so', async () => {
    await inWindow(browser(), { settings: { 'lbLab.engine': 'embedded' } }, async (workbench) => {
      await workbench.palette('Start LB Lab (DR)');
      await new FlowPanel(workbench.webview()).waitFor('all requests answered', answered(REQUESTS));
      const panel = await reload(workbench);
      // Not all rows are in the document: those around the restart are.
      const isRequest = ({ kind, result }: PanelRow) => kind === 'flow' && result.includes('200');
      const rows = await panel.waitFor('a restart with requests on both sides', (all) => {
        const at = all.findIndex(({ kind }) => kind === 'change');
        return at > 0 && all.slice(at).some(isRequest) ? all : undefined;
      });
      const at = rows.findIndex(({ kind }) => kind === 'change');
      assert.equal(rows[at]!.what, 'restarted');
      assert.ok(rows.slice(0, at).some(isRequest));
      await workbench.screenshot('reloaded-embedded');
    });
  }).timeout(180_000);

  it('has its panel again; a Docker lab was not stopped and is taken up', async function () {
    this.timeout(300_000);
    const { client } = await dockerHere(this);
    try {
      // Others may use the engine too: this lab is known by its name, which is its file's.
      const name = `reload-${process.pid}`;
      const own = async () => (await findLabs(client)).filter((lab) => lab.name === name);
      await inWindow(browser(), { settings: { 'lbLab.engine': 'docker' } }, async (workbench, folder) => {
        copyFileSync(`${root}examples/dr.lblab.yaml`, `${folder}/${name}.lblab.yaml`);
        await workbench.palette('Start LB Lab (DR)');
        await new FlowPanel(workbench.webview()).waitFor('all requests answered', answered(REQUESTS));
        const [lab] = await own();
        const panel = await reload(workbench);
        const rows = await panel.waitFor('the recording', (all) =>
          answered(REQUESTS)(all) ? all : undefined,
        );
        assert.equal(rows.filter(({ kind }) => kind === 'change').length, 0, 'nothing was started again');
        assert.deepEqual(
          (await own()).map(({ id }) => id),
          [lab!.id],
        );
        // What was recorded is there before the lab is.
        await workbench.statusItems().filter({ hasText: 'running' }).first().waitFor({ timeout: 60_000 });
        await workbench.palette('LB Lab: Send Request');
        await workbench.page.locator('.quick-input-list .monaco-list-row[data-index="0"]').click();
        await panel.waitFor('a request after the reload', answered(REQUESTS + 1));
        await workbench.screenshot('reloaded-docker');
        await workbench.palette('LB Lab: Stop Lab');
        await workbench.statusItems().first().waitFor({ state: 'detached', timeout: 60_000 });
        assert.deepEqual(await own(), [], 'nothing is left in the engine');
      });
    } finally {
      client.close();
    }
  });
});
