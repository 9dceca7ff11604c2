import { visible } from '../../l10n/visible.ts';
import type { PlannedNode } from '../topology/plan.ts';

/** What is told beside the configuration: a text of the l10n bundles with what fills it. */
export interface Remark {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** A line of a configuration, or of comment in it. */
export type Line = string | Remark;

/** A director and its part of the plan. */
export type DirectorNode = PlannedNode & { readonly forwarder: NonNullable<PlannedNode['forwarder']> };

export function remark(code: string, params: Remark['params'] = {}): Remark {
  return { key: `cli.export.said.${code}`, params };
}

/**
 * The text: each remark is one line of comment, whatever fills it. A `#` begins a comment in keepalived.conf and in
 * sysctl.conf; `ipvsadm -R` knows none, so that a remark of its text says how to leave them out.
 */
export function textOf(lines: readonly Line[], words: (remark: Remark) => string): string[] {
  return lines.map((line) => (typeof line === 'string' ? line : `# ${visible(words(line))}`));
}

/** The Linux device of an interface, by its place: a plan knows none. */
export function deviceOf(index: number): string {
  return `eth${index}`;
}

export const wholeSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));
