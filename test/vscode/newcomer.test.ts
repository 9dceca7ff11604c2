import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { causesLike } from '../../src/mystery/causes.ts';
import { isRight, mysteryOf } from '../../src/mystery/mystery.ts';
import { packagedBrowser } from '../support/packaged-browser.ts';
import { makeTranslate } from '../support/translate.ts';
import { inWindow } from '../support/vscode-window.ts';
import type { Workbench } from '../support/vscode-workbench.ts';

const PATIENCE_MS = 60_000;
const translate = makeTranslate('zh-cn');

/** A file whose `expect:` is not met: nothing is wrong in it. */
const failing = `# one
model: dr
service: { vip: 10.0.2.250, port: 80, servers: [rs1] }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client: { role: client, at: { outside: 10.0.1.10 }, gateway: router }
  router: { role: router, at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 }, gateway: router }
  rs1: { role: server, at: { inside: 10.0.2.11 }, gateway: router }
traffic: [{ from: client, count: 1 }]
expect:
  broken: [through-director]
`;

/** The way of somebody who opens the view for the first time and reads Chinese; each step leaves a picture. */
class Newcomer {
  readonly #workbench: Workbench;
  #pictures = 0;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  async picture(name: string): Promise<void> {
    await this.#workbench.screenshot(`newcomer-${++this.#pictures}-${name}`);
  }

  /** The webview that has it: the panel, or the page of a comparison beside it. */
  async frameWith(selector: string): Promise<Frame> {
    for (const began = Date.now(); ; await sleep(200)) {
      for (const frame of this.#workbench.page.frames()) {
        const there = await frame
          .locator(selector)
          .count()
          .catch(() => 0);
        if (there > 0) return frame;
      }
      if (Date.now() - began > PATIENCE_MS) throw new Error(`no webview has ${selector}`);
    }
  }

  /** A button of the card on show. */
  async press(words: string): Promise<void> {
    const card = this.#workbench.webview().locator('.card');
    await card.locator('vscode-button', { hasText: words }).click();
  }

  async card(key: string): Promise<void> {
    const card = this.#workbench.webview().locator('.card');
    await card.filter({ hasText: translate(`extension.card.${key}`) }).waitFor({ timeout: PATIENCE_MS });
    await this.picture(`card-${key}`);
  }

  /** What is picked in a list: a row by its beginning, or what stands there already. */
  async pick(row?: string): Promise<void> {
    const list = this.#workbench.page.locator(
      '.quick-input-widget:visible .quick-input-list .monaco-list-row',
    );
    await list.first().waitFor({ timeout: PATIENCE_MS });
    if (row === undefined) await this.#workbench.page.keyboard.press('Enter');
    else await list.filter({ hasText: row }).first().click();
  }

  async type(text: string): Promise<void> {
    const input = this.#workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(text);
    await this.#workbench.page.keyboard.press('Enter');
  }
}

describe('somebody new, in Chinese', () => {
  const browser = packagedBrowser();

  it('three cards, models beside each other, a mystery, and a file as a test', async () => {
    const settings = { 'lbLab.engine': 'embedded' };
    await inWindow(browser(), { settings, locale: 'zh-cn' }, async (workbench, folder) => {
      const newcomer = new Newcomer(workbench);
      await workbench.openView('LB Lab');
      await workbench.welcome().locator('.monaco-button').first().click();

      await newcomer.card('predict');
      await newcomer.press(translate('extension.card.predict.action'));
      await newcomer.card('predict.after-ttl');
      await newcomer.press(translate('panel.card.next'));
      await newcomer.card('reply-path');
      await newcomer.press(translate('extension.card.show'));
      await newcomer.press(translate('panel.card.next'));
      await newcomer.card('break-it');
      await newcomer.press(translate('extension.card.break-it.action'));
      // What came of it: said by the card, selected in the rows, and warned of at the line.
      await newcomer.card('broken');
      const change = workbench.webview().locator('[role=row].change[aria-selected=true]');
      await change.filter({ hasText: 'hideVip: false' }).waitFor({ state: 'attached' });
      await workbench.editor.waitForUnderlined('warning', (line) => line.includes('hideVip: false'));
      await newcomer.press(translate('extension.card.broken.undo'));
      await newcomer.card('what-next');

      await workbench.run('lbLab.compareModels');
      await newcomer.pick();
      const page = await newcomer.frameWith('.scroll thead th');
      const columns = await page.locator('thead th').allInnerTexts();
      assert.ok(columns.length >= 2 && columns.some((one) => one.startsWith('DR')), columns.join(' | '));
      const last = page.locator('tbody').last();
      assert.equal(await last.locator('tr.section').innerText(), translate('comparison.section.sums'));
      assert.equal(await last.locator('tr').nth(1).locator('td').count(), columns.length);
      await newcomer.picture('compared');

      await workbench.run('lbLab.mystery');
      await newcomer.pick(translate('mystery.level.1'));
      await newcomer.type('2');
      const band = (await newcomer.frameWith('.mystery')).locator('.mystery');
      assert.match(await band.innerText(), /谜题 · 级别 1 · 种子 2/);
      await newcomer.picture('mystery');
      const mystery = mysteryOf({ level: 1, seed: 2 });
      const causes = causesLike('', translate);
      const wrong = causes.find(({ cause }) => !isRight(mystery, cause))!;
      const right = causes.find(({ cause }) => isRight(mystery, cause))!;
      for (const [{ text }, verdict] of [
        [wrong, 'mystery.wrong'],
        [right, 'mystery.right'],
      ] as const) {
        await band.getByRole('button').click();
        await workbench.page.locator('.quick-input-widget:visible .quick-input-box input').fill(text);
        await newcomer.pick(text);
        await workbench
          .toasts()
          .filter({ hasText: translate(verdict, { cause: text }) })
          .waitFor();
        await newcomer.picture(verdict);
      }
      await band.waitFor({ state: 'detached' });

      writeFileSync(`${folder}/failing.lblab.yaml`, failing);
      await workbench.openFile('failing.lblab.yaml');
      await workbench.run('workbench.view.testing.focus');
      await workbench.page
        .locator('.test-explorer .monaco-list-row')
        .first()
        .waitFor({ timeout: PATIENCE_MS });
      await workbench.run('testing.runCurrentFile');
      // What was seen instead stands beside the line that was not met.
      const message = workbench.page.locator('.test-error-content-widget');
      await message.waitFor({ timeout: PATIENCE_MS });
      await newcomer.picture('test');
      assert.match(await message.innerText(), /through-director/);
      const line = workbench.editor.lines().filter({ hasText: 'broken:' });
      const [beside, at] = [await message.boundingBox(), await line.boundingBox()];
      assert.ok(Math.abs(beside!.y - at!.y) < at!.height / 2, `${beside!.y} ${at!.y}`);
    });
  }).timeout(900_000);
});
