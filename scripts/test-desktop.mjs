// The suite of test/vscode/host in the desktop editor, where that can be downloaded: the newest and the lowest supported.
// Linux without a screen: `xvfb-run node scripts/test-desktop.mjs`. The same suite runs in code-server in `npm test`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editors } from './code-server.mjs';
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
const { runTests } = await import('@vscode/test-electron');
const { buildHostTests } = await import('./build-host-tests.mjs');
if (run(process.execPath, ['scripts/build.mjs']) !== 0) process.exit(1);
const extensionTestsPath = await buildHostTests();
let [passed, failed] = [0, 0];
for (const version of ['stable', editors.lowest.vscode]) {
  const folder = mkdtempSync(join(tmpdir(), 'lb-lab-desktop-'));
  const report = join(folder, 'report.json');
  try {
    await runTests({
      version,
      cachePath: `${root}out/vscode-test`,
      extensionDevelopmentPath: root,
      extensionTestsPath,
      extensionTestsEnv: { LB_LAB_HOST_REPORT: report },
      launchArgs: [
        '--disable-extensions',
        '--disable-workspace-trust',
        '--user-data-dir',
        join(folder, 'data'),
      ],
    });
    passed += JSON.parse(readFileSync(report, 'utf8')).passed.length;
  } catch (error) {
    console.error(`${version}: ${error.message}`);
    failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
