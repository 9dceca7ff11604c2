import { mkdirSync } from 'node:fs';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import type { CodeServer } from '../../scripts/start-code-server.mjs';
import { root } from './lb-lab.ts';
import { TextEditor } from './vscode-text-editor.ts';

const READY_MS = 120_000;
const RETRY_MS = 2000;
const SETTLE_MS = 1000;

export interface WorkbenchOptions {
  readonly browser: Browser;
  readonly server: CodeServer;
  /** Absolute path of the folder to open; none is an empty window. */
  readonly folder?: string;
  readonly size?: { readonly width: number; readonly height: number };
}

/** A window of VS Code as someone sees it: keys go in, what is on the screen comes out. */
export class Workbench {
  readonly page: Page;
  readonly editor: TextEditor;
  /** Errors on the page's console, the extension host's included, that name the extension. */
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    this.editor = new TextEditor(page);
    page.on('console', (message) => {
      if (message.type() === 'error' && /lb-lab\.lb-lab|lbLab/.test(message.text()))
        this.errors.push(message.text());
    });
  }

  static async open({ browser, server, folder, size }: WorkbenchOptions): Promise<Workbench> {
    const page = await browser.newPage({ viewport: size ?? { width: 1400, height: 900 } });
    page.setDefaultTimeout(READY_MS);
    const workbench = new Workbench(page);
    const query = folder === undefined ? '?ew=true' : `?folder=${encodeURIComponent(folder)}`;
    // How long a page takes to load on a busy machine is no matter: what is waited for is the workbench.
    await page.goto(`http://${server.address}/${query}`, { waitUntil: 'commit', timeout: READY_MS });
    await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: READY_MS });
    return workbench;
  }

  /** The palette's row of that title, typed as someone would; commands may register late, so it is tried again. */
  async palette(title: string): Promise<void> {
    const row = this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`);
    await this.#pick('F1', `>${title}`, row);
  }

  /** A command by its id, for what has another title in another language. The lowest editor's rows have no ids. */
  async run(command: string): Promise<void> {
    const entry = `.quick-input-list-entry[data-quick-input-id="${command}"]`;
    await this.#pick(
      'F1',
      `>${command}`,
      this.page.locator('.quick-input-list .monaco-list-row').filter({ has: this.page.locator(entry) }),
    );
  }

  /** A busy editor may take longer than was waited for: each time it is given longer. */
  async #pick(key: string, text: string, row: Locator): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    const began = Date.now();
    for (let patienceMs = RETRY_MS; ; patienceMs += RETRY_MS) {
      await this.page.keyboard.press(key);
      try {
        await input.waitFor({ timeout: patienceMs });
        await input.fill(text);
        await row.first().waitFor({ timeout: patienceMs });
        await row.first().click({ timeout: patienceMs });
        return;
      } catch (error) {
        if (Date.now() - began > READY_MS) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** A busy editor loses a key now and then: it is pressed again. */
  async #opened(key: string): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    const began = Date.now();
    for (let patienceMs = RETRY_MS; ; patienceMs += RETRY_MS) {
      await this.page.keyboard.press(key);
      try {
        await input.waitFor({ timeout: patienceMs });
        return input;
      } catch (error) {
        if (Date.now() - began > READY_MS) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Whether the palette has a command of exactly that title now. */
  async offers(title: string): Promise<boolean> {
    const input = await this.#opened('F1');
    await input.fill(`>${title}`);
    // The list follows what is typed: what is there after it stands still is all that matches.
    const rows = this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`);
    await this.page.waitForTimeout(SETTLE_MS);
    const found = await rows.count();
    await this.page.keyboard.press('Escape');
    await input.waitFor({ state: 'hidden' });
    return found > 0;
  }

  /** A view container of the activity bar, shown in the side bar. */
  async openView(title: string): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-item:has(a.action-label[aria-label^="${title}"])`);
    await icon.click();
    await this.page.locator('.sidebar .composite.title').filter({ hasText: title }).waitFor();
  }

  /** A walkthrough by the beginning of its title, in the whole width; resolves to its page. */
  async openWalkthrough(title: string): Promise<Locator> {
    await this.palette('Welcome: Open Walkthrough');
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(title);
    await this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first().click();
    const page = this.page.locator('.gettingStartedContainer');
    await page.locator('.getting-started-step').first().waitFor();
    return page;
  }

  /** What an empty view of the side bar says. */
  welcome(): Locator {
    return this.page.locator('.sidebar .welcome-view-content');
  }

  /** Chosen as someone would, by its name in the list; resolves when the webview has the class of its kind. */
  async chooseTheme(name: string, kind: string): Promise<void> {
    await this.palette('Preferences: Color Theme');
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(name);
    await this.page.locator(`.quick-input-list .monaco-list-row.focused[aria-label^="${name}"]`).waitFor();
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
    await this.webview().locator(`body.${kind}`).waitFor({ state: 'attached' });
  }

  /** A file of the folder, by its name, in the active group. */
  async openFile(name: string): Promise<void> {
    const row = this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${name}"]`);
    await this.#pick('ControlOrMeta+p', name, row);
    await this.tab(name).waitFor();
  }

  tab(name: string): Locator {
    return this.page.locator(`.tabs-container .tab[aria-label^="${name}"]`);
  }

  /** The document inside the first webview that is shown. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').first().frameLocator('iframe#active-frame');
  }

  /** Items of the status bar that the extension made. */
  statusItems(): Locator {
    return this.page.locator('.statusbar-item[id^="lb-lab.lb-lab"]');
  }

  /** Rows of one view of the side bar. */
  treeRows(): Locator {
    return this.page.locator('.sidebar .pane .monaco-list-row');
  }

  toasts(): Locator {
    return this.page.locator('.notifications-toasts .notification-toast');
  }

  /** Rows of the Problems view, which is opened for it. */
  async problems(): Promise<string[]> {
    await this.palette('Problems: Focus on Problems View');
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    return rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
  }

  /** A picture for people, in out/screenshots. */
  async screenshot(name: string): Promise<void> {
    const folder = `${root}out/screenshots`;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: `${folder}/${name}.png` });
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
