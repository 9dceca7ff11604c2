import { spawnSync } from 'node:child_process';
import { root } from './lb-lab.ts';

/** The .vsix of this source tree, packed once per test run. */
export function packaged(): string {
  file ??= pack();
  return file;
}
let file: string | undefined;

function pack(): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/package.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`packing failed:\n${stdout}${stderr}`);
  return stdout.trimEnd().split('\n').at(-1)!;
}
