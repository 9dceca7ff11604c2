import type { Flow, Journey, Report, Request } from './report.ts';

/**
 * What is new or changed since the update before. Whoever applies updates in turn, requests, flows and journeys by their
 * ids, holds what the report would say. Lists within a flow or hops within a journey are made when they are read, from what
 * is known then: read them before more events are added.
 */
export interface Update extends Summary {
  /** Everything follows anew, and what was held before is void. Ids that appear again mean what they meant. */
  readonly reset: boolean;
  readonly requests: readonly Request[];
  /** Not in the recording any more, and counted by `evictedRequests` instead; not all of them need have been told. */
  readonly removedRequests: readonly number[];
  readonly flows: readonly Flow[];
  readonly journeys: readonly Journey[];
  /** Evicted, or superseded by another flow that turned out to be theirs. Their journeys go with them. */
  readonly removedFlows: readonly number[];
  /** Journeys that turned out to be part of another one. Those of removed flows are not listed. */
  readonly removedJourneys: readonly number[];
}

/** What is said about all of it: small, so it is told whole each time. */
export type Summary = Pick<
  Report,
  'epochs' | 'evictedRequests' | 'promises' | 'explanations' | 'loads' | 'captures' | 'skips' | 'counters'
>;
