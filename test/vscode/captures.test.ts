import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { writePcap } from '../../src/packet/pcap.ts';
import { byNode, capturedOf, undirected } from '../captures/captured.ts';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { makeTranslate } from '../support/translate.ts';
import { inWindow } from '../support/vscode-window.ts';
import type { Workbench } from '../support/vscode-workbench.ts';

const PATIENCE_MS = 60_000;
const HOSTS = ['client1', 'director', 'rs1'];
const translate = makeTranslate('en');

/** One file for each of the hosts, as tcpdump writes it, without a word about the network. */
async function writeCaptures(folder: string): Promise<void> {
  for (const { name, capture } of byNode(await capturedOf('dr'))) {
    const host = name.replace('.pcapng', '');
    if (!HOSTS.includes(host)) continue;
    const records = capture.records.map(undirected);
    writeFileSync(join(folder, `${host}.pcap`), writePcap(records));
  }
}

/** What somebody does with captures: each step waits for what it leads to. */
class CaptureView {
  readonly #workbench: Workbench;
  readonly line: Locator;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
    this.line = workbench.webview().locator('details.captures');
  }

  /** All captures of the folder, selected in the explorer, by its menu. */
  async explainAll(): Promise<void> {
    const { page } = this.#workbench;
    const row = (host: string) =>
      page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${host}.pcap"]`);
    const item = page.locator('.context-view .action-item', { hasText: 'Explain Captures' });
    await this.#until('the menu of all files has the command', async () => {
      // It closes a menu, and leaves nothing selected.
      await page.keyboard.press('Escape');
      for (const host of HOSTS) {
        const isSelected = /\bselected\b/.test(
          (await row(host).getAttribute('class', { timeout: 5000 })) ?? '',
        );
        // With this key a row is selected and not opened.
        if (!isSelected) await row(host).click({ modifiers: ['Control'], timeout: 5000 });
      }
      await row(HOSTS[1]!).click({ button: 'right', timeout: 5000 });
      await item.click({ timeout: 5000 });
      await this.line.waitFor({ state: 'attached', timeout: 20_000 });
      return true;
    });
  }

  /** Presses a button of the line until the editor asks. */
  async ask(key: 'capture-host' | 'capture-clock' | 'capture-write'): Promise<void> {
    if ((await this.line.getAttribute('open')) === null) await this.line.locator('summary').click();
    const input = this.#workbench.page.locator('.quick-input-widget:visible');
    await this.#until(`${key} asks`, async () => {
      if (!(await input.isVisible()))
        await this.line.locator('button', { hasText: translate(`panel.${key}`) }).click({ timeout: 5000 });
      await input.waitFor({ timeout: 5000 });
      return true;
    });
  }

  /** A row of what is asked; resolves when something else is asked, or nothing. */
  async pick(label: string): Promise<void> {
    const list = this.#workbench.page.locator(
      '.quick-input-widget:visible .quick-input-list .monaco-list-row',
    );
    const row = list.filter({ hasText: label }).first();
    await row.waitFor({ timeout: PATIENCE_MS });
    await this.#until(`${label} is picked`, async () => {
      if (!(await row.isVisible())) return true;
      await row.click({ timeout: 5000 });
      await row.waitFor({ state: 'hidden', timeout: 5000 });
      return true;
    });
  }

  /** An answer typed into what is asked; nothing leaves what is proposed there. */
  async type(text?: string): Promise<void> {
    const { page } = this.#workbench;
    const input = page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.waitFor({ timeout: PATIENCE_MS });
    let isTyped = false;
    await this.#until(`${text ?? 'what is proposed'} is typed`, async () => {
      if (isTyped && !(await input.isVisible())) return true;
      if (text !== undefined) await input.fill(text, { timeout: 5000 });
      isTyped = true;
      await page.keyboard.press('Enter');
      await input.waitFor({ state: 'hidden', timeout: 5000 });
      return true;
    });
  }

  /** What the line says: the summary and its notes. */
  said(): Promise<string> {
    return this.line.evaluate((one) => one.textContent ?? '');
  }

  async says(words: string): Promise<void> {
    await this.#until(`the line says ‘${words}’`, async () => (await this.said()).includes(words));
  }

  /** Tried again until it holds: an editor on a busy machine loses clicks and keys. */
  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    let last: unknown;
    for (const began = Date.now(); Date.now() - began < PATIENCE_MS; await sleep(300)) {
      try {
        if (await holds()) return;
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`, { cause: last });
  }
}

describe('captures of several hosts', () => {
  const browser = packagedBrowser();

  it('from the explorer: told without a topology, a clock set, a host named, a topology written', async () => {
    await inWindow(browser(), { fill: writeCaptures }, async (workbench, folder) => {
      const view = new CaptureView(workbench);
      await view.explainAll();
      await view.says('3 files');
      await view.says(HOSTS.join(', '));
      await workbench.webview().locator('[role=row].flow').first().waitFor();
      await workbench.screenshot('captures-inferred');

      await view.ask('capture-clock');
      await view.pick('director');
      await view.type('250');
      await view.says('250');

      await view.ask('capture-host');
      await view.pick('rs1.pcap');
      await view.type('web1');
      await view.says('web1');

      await view.ask('capture-write');
      await view.type();
      await workbench.tab('client1.lblab.yaml').waitFor();
      assert.match(readFileSync(join(folder, 'client1.lblab.yaml'), 'utf8'), /^ {2}web1:$/m);
      // Of a topology that somebody wrote promises are told.
      await workbench.webview().locator('.tallies', { hasText: '✓' }).waitFor();
      await workbench.screenshot('captures-written');
    });
  }).timeout(420_000);
});
