import type { Problem } from '../../../lab/topology/problem.ts';

/** What came of taking a changed file to the running lab. */
export type ApplyOutcome =
  | { readonly kind: 'applied'; readonly texts: readonly string[]; readonly durationMs: number }
  /** Nothing that the lab is made of is different. */
  | { readonly kind: 'unchanged' }
  /** The lab stays as it was. */
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly error: Error };
