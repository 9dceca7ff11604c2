import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { CodeServer } from '../../scripts/start-code-server.mjs';
import { root } from './lb-lab.ts';

export interface InHost {
  readonly browser: Browser;
  /** Started with `development` and with `LB_LAB_HOST_REPORT` naming `report`. */
  readonly server: CodeServer;
  /** Absolute path of the module whose `run` is called inside the extension host. */
  readonly tests: string;
  /** The file that it writes. */
  readonly report: string;
  readonly patienceMs: number;
}

/** Opens a window in development mode and resolves to what the module reported. Throws when it reported nothing. */
export async function runInHost({ browser, server, tests, report, patienceMs }: InHost): Promise<unknown> {
  const remote = (path: string) => `vscode-remote://${server.address}${path}`;
  const payload = JSON.stringify([
    ['extensionDevelopmentPath', remote(root.replace(/\/$/, ''))],
    ['extensionTestsPath', remote(tests)],
  ]);
  const page = await browser.newPage();
  let exit: number | undefined;
  await page.exposeFunction('codeAutomationExit', (code: number) => void (exit = code));
  await page.exposeFunction('codeAutomationLog', () => undefined);
  await page.goto(`http://${server.address}/?ew=true&payload=${encodeURIComponent(payload)}`);
  for (const began = Date.now(); exit === undefined && Date.now() - began < patienceMs;) await sleep(100);
  await page.close();
  if (!existsSync(report)) throw new Error(`no report: the window ended with ${exit}\n${server.log()}`);
  return JSON.parse(readFileSync(report, 'utf8'));
}
