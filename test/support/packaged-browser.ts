import type { Browser } from 'playwright-core';
import { packaged } from './packaged.ts';
import { launchBrowser } from './vscode-browser.ts';

/** For the suite that calls it: the package is built before it, and a browser is open while it runs. */
export function packagedBrowser(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    this.timeout(300_000);
    packaged();
    browser = await launchBrowser();
  });
  after(() => browser?.close());
  return () => browser!;
}
