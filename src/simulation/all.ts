import type { Conditions, Fleet, Happening, Outcome, Scheduling } from './fleet.ts';
import { makeFlows } from './flows.ts';
import { routerHashes } from './router.ts';
import { simulate } from './simulate.ts';

/** What is asked: each way of scheduling under each list of happenings. */
export interface Question {
  readonly fleet: Fleet;
  readonly schedulings: readonly Scheduling[];
  readonly scenarios: readonly (readonly Happening[])[];
  readonly conditions: Conditions;
  readonly flows: number;
  readonly clients: number;
  /** 32 bits. */
  readonly seed: number;
}

/** What came of it; `docs/simulate.schema.json` is its schema. Counts are flows. */
export interface Answer extends Conditions {
  readonly flows: number;
  readonly clients: number;
  readonly seed: number;
  readonly protocol: Fleet['protocol'];
  readonly directors: number;
  readonly servers: number;
  readonly otherOrder: string | null;
  readonly scenarios: readonly {
    readonly happenings: readonly Happening[];
    readonly runs: readonly (Scheduling & Outcome)[];
  }[];
}

/** The same for the same question. */
export function simulateAll({
  fleet,
  schedulings,
  scenarios,
  conditions,
  flows,
  clients,
  seed,
}: Question): Answer {
  const made = makeFlows(flows, clients, seed);
  const routed = { ...made, hashes: routerHashes(made, fleet, conditions.policy, seed) };
  return {
    flows,
    clients,
    seed,
    protocol: fleet.protocol,
    directors: fleet.directors.length,
    servers: fleet.servers.length,
    otherOrder: fleet.otherOrder ?? null,
    ...conditions,
    scenarios: scenarios.map((happenings) => ({
      happenings,
      runs: schedulings.map((scheduling) => ({
        ...scheduling,
        ...simulate(fleet, scheduling, conditions, happenings, routed, seed),
      })),
    })),
  };
}
