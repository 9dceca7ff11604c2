import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { buildOnce, root } from '../../support/lb-lab.ts';
import { openBrowser } from './panel-page.ts';

/** Where pictures go that are to be looked at. */
export const pictures = `${root}out/pictures/`;

/** For the suite that calls it: the bundles are built before it, and a browser is open while it runs. Without a Chromium it is skipped; under CI that fails. */
export function openedBrowser(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    this.timeout(120_000);
    if (!existsSync(process.env['CHROMIUM'] ?? '/usr/bin/chromium')) {
      assert.ok(!process.env['CI'], 'Chromium is missing: apt-get install chromium');
      this.skip();
    }
    buildOnce();
    mkdirSync(pictures, { recursive: true });
    browser = await openBrowser();
  });
  after(() => browser?.close());
  return () => browser!;
}
