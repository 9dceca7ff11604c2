import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { buildHostTests } from '../../scripts/build-host-tests.mjs';
import { startCodeServer } from '../../scripts/start-code-server.mjs';
import { buildOnce, temporaryFolder } from '../support/lb-lab.ts';
import { dockerIsReady } from '../lab/docker/docker-here.ts';
import { launchBrowser } from '../support/vscode-browser.ts';
import { runInHost } from '../support/vscode-in-host.ts';
import type { HostReport } from './host/report.ts';

const PATIENCE_MS = 300_000;

describe('inside the extension host', () => {
  let browser: Browser;
  let tests: string;
  before(async function () {
    this.timeout(120_000);
    buildOnce();
    tests = await buildHostTests();
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const which of ['newest', 'lowest'] as const) {
    it(`of the ${which} editor`, async () => {
      const folder = temporaryFolder();
      const report = folder.path('report.json');
      const docker = which === 'newest' && (await dockerIsReady());
      assert.ok(docker || which === 'lowest' || !process.env['CI'], 'no Docker engine with the node image');
      const env = { LB_LAB_HOST_REPORT: report, ...(docker && { LB_LAB_WITH_DOCKER: '1' }) };
      const server = await startCodeServer({ which, development: true, env });
      try {
        const asked = { browser, server, tests, report, patienceMs: PATIENCE_MS };
        const { passed, failed, unhandled } = (await runInHost(asked)) as HostReport;
        for (const line of passed) console.log(`      ${server.version}: ${line}`);
        assert.equal(failed.map(({ title, error }) => `${title}: ${error}`).join('\n'), '');
        assert.deepEqual(unhandled, []);
        assert.ok(passed.length > 0);
      } finally {
        await server.stop();
        folder.remove();
      }
    }).timeout(PATIENCE_MS + 60_000);
  }
});
