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

/** What axe has to say about a part of a page, a line for each kind of thing. What it tries against the page's policy is reported there. */
export async function axe(page: Page, part: string): Promise<string[]> {
  await page.evaluate(script);
  const { violations } = await page.evaluate(
    (selector) =>
      (globalThis as unknown as { axe: { run(part: string): Promise<AxeResult> } }).axe.run(selector),
    part,
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}
