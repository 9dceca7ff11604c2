import assert from 'node:assert/strict';
import type { Flow, Journey, Request } from '../../src/journey/report.ts';
import type { Update } from '../../src/journey/update.ts';

/** Somebody who only ever hears of updates. */
export class Mirror {
  readonly requests = new Map<number, Request>();
  readonly flows = new Map<number, Flow>();
  readonly journeys = new Map<number, Journey>();
  last: Update | undefined;

  apply(update: Update): void {
    if (update.reset) {
      this.requests.clear();
      this.flows.clear();
      this.journeys.clear();
    }
    for (const id of update.removedJourneys)
      assert.ok(this.journeys.delete(id), `journey ${id} was not there`);
    for (const id of update.removedFlows) assert.ok(this.flows.delete(id), `flow ${id} was not there`);
    for (const id of update.removedRequests) this.requests.delete(id);
    for (const request of update.requests) this.requests.set(request.id, structuredClone(request));
    for (const flow of update.flows) this.flows.set(flow.id, structuredClone(flow));
    for (const journey of update.journeys) this.journeys.set(journey.id, structuredClone(journey));
    for (const [id, { flow }] of this.journeys) if (!this.flows.has(flow)) this.journeys.delete(id);
    this.last = structuredClone(update);
  }
}
