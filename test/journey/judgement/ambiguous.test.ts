import assert from 'node:assert/strict';
import { judgeFlow, judgeJourney } from '../../../src/journey/judgement/outcomes.ts';
import { CapturePoints } from '../../../src/journey/records/capture-points.ts';
import { Completeness } from '../../../src/journey/records/completeness.ts';
import type { FlowRecord } from '../../../src/journey/records/flow-record.ts';
import type { HopRecord } from '../../../src/journey/records/hop-record.ts';
import type { JourneyRecord } from '../../../src/journey/records/journey-record.ts';
import { HostLog } from '../../../src/journey/records/host-log.ts';
import type { FlowOutcome, Journey } from '../../../src/journey/report.ts';

/** A hop that a forwarder took in; it goes on by so many others. */
interface Taken {
  readonly relation: 'forwarded' | 'consumed' | 'dropped';
  readonly followers?: number;
  readonly contested?: boolean;
  readonly join?: HopRecord['join'];
}

const around = { isUp: () => true, completeness: new Completeness(new CapturePoints({})) };

/** The outcome of a packet that was thought to be under way. */
function judged(
  taken: readonly Taken[],
  unsure = false,
): readonly [outcome: Journey['outcome'], pending: boolean] {
  const hops = taken.map(({ relation, followers = 0, contested = false, join = 'certain' }) => ({
    ...{ received: true, facts: {}, followers, contested, join },
    ...{ takenBy: { relation, rule: 'schedule' }, judge },
  }));
  const journey = { hops, first: hops[0], last: hops.at(-1), flow: {}, unsure, pending: true };
  judgeJourney(journey as unknown as JourneyRecord, around, 0);
  return [journey as unknown as JourneyRecord].map(({ outcome, pending }) => [outcome, pending] as const)[0]!;
}

function judge(this: { fate: unknown }, fate: unknown): void {
  this.fate = fate;
}

describe('a packet that others might be', () => {
  const [on, end] = [{ relation: 'forwarded', followers: 1 }, { relation: 'consumed' }] as const;

  it('is ambiguous where its end, its beginning or its flow is not known, and not under way', () => {
    assert.deepEqual(judged([on, end]), ['arrived', false]);
    assert.deepEqual(judged([on, { ...end, contested: true }]), ['ambiguous', false]);
    assert.deepEqual(judged([{ ...on, join: 'ambiguous' }, end]), ['ambiguous', false]);
    assert.deepEqual(judged([on, end], true), ['ambiguous', false]);
  });

  it('is not where it is known how it went on', () => {
    assert.deepEqual(judged([{ ...on, contested: true }, end]), ['arrived', false]);
    assert.deepEqual(judged([on, { ...end, join: 'ambiguous' }]), ['arrived', false]);
  });
});

describe('a flow that others might be', () => {
  /** @param outcomes Of its packets. @param reason Why the last one ended. */
  function outcomeOf(candidates: number, outcomes: readonly Journey['outcome'][], reason = ''): FlowOutcome {
    const journeys = outcomes.map((outcome) => ({
      ...{ kind: 'syn', direction: 'request', outcome, pending: false, hops: [] },
      ...{ first: { from: 'rs1', facts: {}, stage: { network: { station: () => undefined } } } },
      last: { fate: { fate: 'dropped', reason }, frames: [7], to: 'nat', received: true },
    }));
    const flow = {
      ...{ kind: 'tcp', answered: false, candidates, requests: [], partial: undefined, journeys },
      ...{ client: { node: 'client' }, stage: { isCapture: false } },
    } as unknown as FlowRecord;
    judgeFlow(flow, new HostLog(), false);
    return flow.outcome;
  }

  it('is one of as many as its packets could have been of, of two at least', () => {
    for (const [candidates, told] of [
      [2, 2],
      [3, 3],
    ] as const)
      assert.deepEqual(outcomeOf(candidates, ['arrived']), { kind: 'ambiguous', candidates: told });
    assert.deepEqual(outcomeOf(0, ['dropped'], 'ambiguous-port'), { kind: 'ambiguous', candidates: 2 });
    assert.deepEqual(outcomeOf(0, ['arrived', 'ambiguous']), { kind: 'ambiguous', candidates: 2 });
    assert.equal(outcomeOf(0, ['dropped'], 'filtered').kind, 'lost');
  });
});
