import type { Locale } from '../../l10n/translate.ts';

/** The pages that *LB Lab: Help* leads to, in its order. Each is in the package in both languages. */
export const helpPages = [
  'topology',
  'lessons',
  'docker',
  'json',
  'captures',
  'containerlab',
  'simulate',
  'ipvs',
  'ipvs-icmp',
] as const;

export type HelpPage = (typeof helpPages)[number];

/** A page's file, relative to the package. */
export function helpPath(page: HelpPage, locale: Locale): string {
  const name = page === 'lessons' ? 'lessons/README' : page;
  return `docs/${name}${locale === 'en' ? '' : `.${locale}`}.md`;
}

/** A link for texts and problems of ours: it opens the page, and nothing that a file says is in it. */
export function helpLink(page: HelpPage): string {
  return `command:lbLab.help?${encodeURIComponent(JSON.stringify([page]))}`;
}

/** Of what a command was given: anybody may call it. */
export function isHelpPage(value: unknown): value is HelpPage {
  return helpPages.some((page) => page === value);
}
