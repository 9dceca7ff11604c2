import type { RequestEnd, RequestEvent } from '../../src/lab/events.ts';
import type { PlannedTraffic } from '../../src/lab/topology/plan.ts';
import type { Story } from './oracle.ts';
import { ip } from './plans.ts';

/** What a client tells of one request: by default for the VIP of `plans.ts`, from port 40001, from the very beginning. */
export interface Told {
  readonly id?: number;
  /** Who asks: `client` when left out. */
  readonly node?: string;
  readonly timeNs?: number;
  readonly sourcePort?: number;
  readonly protocol?: RequestEvent['protocol'];
  readonly entry?: Partial<PlannedTraffic>;
  /** Left out: it has not ended. */
  readonly end?: RequestEnd;
  readonly endNs?: number;
}

/** Puts the two events of a request among those of the story, in order of time; an end is the last event unless told. */
export function ask(story: Story, told: Told = {}): Story {
  const {
    id = 1,
    node = 'client',
    timeNs = 1,
    sourcePort = 40001,
    protocol = 'tcp',
    end,
    endNs = story.nowNs,
  } = told;
  const entry: PlannedTraffic = {
    from: node,
    to: ip('10.0.2.100'),
    port: 80,
    afterNs: 0,
    everyNs: 0,
    count: 1,
    request: 'GET /',
    responseBytes: 0,
    requestBytes: 0,
    timeoutNs: 5e9,
    ...told.entry,
  };
  const begun: RequestEvent = {
    kind: 'request',
    timeNs,
    id,
    node,
    entry,
    by: 'file',
    protocol,
    ...(sourcePort > 0 && { sourcePort }),
  };
  story.events.push(begun);
  if (end) story.events.push({ ...begun, timeNs: endNs, end });
  story.events.sort((a, b) => a.timeNs - b.timeNs);
  return story;
}
