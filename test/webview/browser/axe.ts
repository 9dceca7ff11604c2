import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/**
 * Fails for what axe has to say about a page, or a part of it.
 * @param problems Of the page: what axe itself tries against its policy is taken off, for it is not the page's doing.
 * @param part A selector.
 */
export async function axe(page: Page, problems: string[] = [], part = 'html'): Promise<void> {
  const before = problems.length;
  await page.evaluate(script);
  const { violations } = await page.evaluate(
    (selector) =>
      (globalThis as unknown as { axe: { run(part: string): Promise<AxeResult> } }).axe.run(selector),
    part,
  );
  problems.length = before;
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    [],
  );
}
