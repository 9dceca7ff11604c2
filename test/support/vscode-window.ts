import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { startCodeServer } from '../../scripts/start-code-server.mjs';
import { temporaryFolder } from './lb-lab.ts';
import { packaged } from './packaged.ts';
import { Workbench } from './vscode-workbench.ts';

/**
 * The packed extension in a window of an editor of its own, on a folder whose path `body` is given: empty, or with what
 * `fill` writes. Throws when the extension logged an error. Nothing of it is left.
 */
export async function inWindow(
  browser: Browser,
  {
    fill,
    ...options
  }: Parameters<typeof startCodeServer>[0] & {
    readonly fill?: (folder: string) => Promise<void>;
  },
  body: (workbench: Workbench, folder: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryFolder();
  const folder = temporary.path('lab');
  mkdirSync(folder);
  await fill?.(folder);
  const server = await startCodeServer({ vsix: [packaged()], ...options });
  try {
    const workbench = await Workbench.open({ browser, server, folder });
    try {
      await body(workbench, folder);
    } catch (error) {
      await workbench.screenshot('failed');
      throw error;
    }
    assert.deepEqual(workbench.errors, []);
    await workbench.close();
  } finally {
    await server.stop();
    temporary.remove();
  }
}
