import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { HostReport } from './report.ts';

/**
 * VS Code calls this inside the extension host, in development mode. Runs the bundled test files beside this one and
 * writes what came of it to the file that `LB_LAB_HOST_REPORT` names: a host that crashes says that all was well, so
 * only a report proves that something ran. Throws when a test failed.
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000 });
  const require = createRequire(__filename);
  const folder = dirname(__filename);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.test.cjs'))) {
    const file = join(folder, name);
    mocha.suite.emit('pre-require', globalThis, file, mocha);
    mocha.suite.emit('require', require(file), file, mocha);
    mocha.suite.emit('post-require', globalThis, file, mocha);
  }
  const unhandled: string[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(describeError(reason));
  process.on('unhandledRejection', onUnhandled);
  const report = await new Promise<HostReport>((resolve) => {
    const passed: string[] = [];
    const failed: { title: string; error: string }[] = [];
    mocha
      .run(() => resolve({ passed, failed, unhandled }))
      .on('pass', (test) => passed.push(test.fullTitle()))
      .on('pending', (test) => failed.push({ title: test.fullTitle(), error: 'was skipped' }))
      .on('fail', (test, error) => failed.push({ title: test.fullTitle(), error: describeError(error) }));
  });
  process.off('unhandledRejection', onUnhandled);
  const file = process.env['LB_LAB_HOST_REPORT'];
  if (file) writeFileSync(file, JSON.stringify(report));
  const problems = [...report.failed.map(({ title, error }) => `${title}: ${error}`), ...unhandled];
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
