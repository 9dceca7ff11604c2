import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

const MOST_UNDO = 60;
const PATIENCE_MS = 30_000;

/** Spaces are no-break spaces on the screen. */
const shown = (text: string): string => text.replaceAll('\u00a0', ' ');

/** The active text editor, driven by keys as someone would. */
export class TextEditor {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  lines(): Locator {
    return this.#page.locator('.editor-instance .monaco-editor .view-lines .view-line');
  }

  /** Puts the cursor at the start of a line, counted from 1. */
  async goTo(line: number): Promise<void> {
    await this.#focus();
    await this.#page.keyboard.press('Control+g');
    const input = this.#page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(`:${line}`);
    await this.#page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  /**
   * Writes another line in place of the one that matches, in a file whose saved text is what the editor shows. Returns
   * its number. The new text comes in one piece, so that no suggestion is taken on the way.
   */
  async replaceLine(file: string, pattern: RegExp, replace: (line: string) => string): Promise<number> {
    const lines = readFileSync(file, 'utf8').split('\n');
    const index = lines.findIndex((line) => pattern.test(line));
    if (index < 0) throw new Error(`no line of ${file} matches ${pattern}`);
    await this.goTo(index + 1);
    // Of a wrapped line the first press goes to where it breaks, the second to its end.
    await this.#page.keyboard.press('Shift+End');
    await this.#page.keyboard.press('Shift+End');
    await this.#page.keyboard.insertText(replace(lines[index]!));
    await this.#page.keyboard.press('Escape');
    await this.#page.keyboard.press('Home');
    return index + 1;
  }

  /** Undoes, word by word as it was written, until a line on the screen begins so again. */
  async undo(beginning: string): Promise<void> {
    await this.#focus();
    for (let presses = 0; presses < MOST_UNDO; presses++) {
      await this.#page.keyboard.press('ControlOrMeta+z');
      // One step too many would take back the edit before: the screen has to be up to date.
      await this.#page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
      );
      const texts = (await this.lines().allTextContents()).map(shown);
      if (texts.some((text) => text.startsWith(beginning))) return;
    }
    throw new Error(`no line begins with ${beginning} after ${MOST_UNDO} steps back`);
  }

  /** Saves, and waits until no tab is marked as changed. */
  async save(): Promise<void> {
    await this.#page.keyboard.press('ControlOrMeta+s');
    await this.#page.locator('.tabs-container .tab.dirty').first().waitFor({ state: 'detached' });
  }

  /** Resolves when a line that fits is underlined. Throws with the underlined lines when none comes. */
  async waitForUnderlined(
    severity: 'error' | 'warning' | 'info',
    fits: (line: string) => boolean,
  ): Promise<void> {
    for (const began = Date.now(); ; await sleep(200)) {
      const lines = await this.underlined(severity);
      if (lines.some(fits)) return;
      if (Date.now() - began > PATIENCE_MS)
        throw new Error(`not underlined as ${severity}; these are: ${lines.join(' | ')}`);
    }
  }

  /** Texts of the lines on the screen that are underlined. */
  async underlined(severity: 'error' | 'warning' | 'info'): Promise<string[]> {
    const marks = await this.#boxes(this.#page.locator(`.monaco-editor .cdr.squiggly-${severity}`));
    const lines = this.lines();
    const texts = await lines.allTextContents();
    const boxes = await this.#boxes(lines);
    return texts
      .filter((_, index) => {
        const { y, height } = boxes[index]!;
        return marks.some((mark) => mark.y + mark.height / 2 > y && mark.y + mark.height / 2 < y + height);
      })
      .map(shown);
  }

  /** The editor of the first group; a panel beside it is in the second. */
  async #focus(): Promise<void> {
    await this.#page.keyboard.press('Control+1');
    await this.#page.locator('.editor-instance .monaco-editor.focused').waitFor();
  }

  #boxes(locator: Locator): Promise<{ readonly y: number; readonly height: number }[]> {
    return locator.evaluateAll((all) =>
      all.map((one) => {
        const { y, height } = one.getBoundingClientRect();
        return { y, height };
      }),
    );
  }
}
