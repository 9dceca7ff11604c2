import type { Flow, Hop, Journey, Report } from '../../../journey/report.ts';
import type { Expectation } from '../../../lab/topology/plan.ts';
import type { LessonStep } from '../../../panel-protocol/messages.ts';
import { lookouts, type Lookout } from './lookouts.ts';
import type { LessonName } from './lessons.ts';

/** More than these nobody goes through. */
const MOST_STEPS = 4;

/**
 * What to look at in a recording that shows a lesson, in this order: the frames of what explains it, the frames that break
 * the promises it is to break, the ends of requests that failed. Where the lesson has no mistake, what it is about.
 * @param name Of a lesson that comes with the lab.
 */
export function lessonSteps(report: Report, expect: Expectation, name: LessonName | undefined): LessonStep[] {
  const told = report.explanations.filter(({ code }) => expect.explanations.includes(code));
  const broken = report.promises.filter(
    ({ id, verdict }) => verdict === 'broken' && expect.broken.includes(id),
  );
  const found = [
    ...atFrames(
      report,
      told.flatMap(({ frames }) => [frames[0], frames.at(-1)]),
    ),
    ...atFrames(
      report,
      broken.map(({ evidence }) => evidence[0]),
    ),
    ...failures(report, expect),
  ];
  const looked = name && lookouts[name];
  const steps = looked ? looked.flatMap((lookout) => lookAt(report, lookout)) : found;
  return withoutTwins(steps).slice(0, MOST_STEPS);
}

interface Place {
  readonly journey: Journey;
  readonly hop: number;
}

function atFrames(report: Report, frames: readonly (number | undefined)[]): LessonStep[] {
  return frames.flatMap((frame) => {
    const place = frame === undefined ? undefined : placeOf(report, frame);
    return place ? stepAt(place) : [];
  });
}

function placeOf({ journeys }: Report, frame: number): Place | undefined {
  for (const journey of journeys) {
    const hop = journey.hops.findIndex(({ frames }) => frames.includes(frame));
    if (hop >= 0) return { journey, hop };
  }
  return undefined;
}

/** A hop, and in it the first field that is not as the model says. */
function stepAt({ journey, hop }: Place, field = wrongField(journey.hops[hop])): LessonStep {
  return { flow: journey.flow, journey: journey.id, hop, ...(field !== undefined && { field }) };
}

function wrongField(hop: Hop | undefined): string | undefined {
  return hop?.expected.find(({ ok }) => !ok)?.field;
}

/** Where the first request of each outcome that is to be seen came to its end: the last hop of its last packet. */
function failures({ requests, flows, journeys }: Report, expect: Expectation): LessonStep[] {
  return expect.outcomes.flatMap((outcome) => {
    if (outcome === 'answered') return [];
    const request = requests.find((one) => one.outcome === outcome && one.flows.length > 0);
    const flow = flows.find(({ id }) => id === request?.flows.at(-1));
    const journey = journeys.find(({ id }) => id === flow?.journeys.at(-1));
    return journey && journey.hops.length > 0 ? stepAt({ journey, hop: journey.hops.length - 1 }) : [];
  });
}

function lookAt(report: Report, lookout: Lookout): LessonStep[] {
  const requests = report.flows.filter(({ kind }) => kind === 'tcp' || kind === 'udp');
  const [first] = requests;
  switch (lookout) {
    case 'director-changes':
      return first ? directorHop(report, first) : [];
    case 'largest-reply':
      return first ? largestReply(report, first) : [];
    case 'each-epoch':
      return firstOf(requests, ({ epoch }) => epoch);
    case 'each-client':
      return firstOf(requests, ({ client }) => client.node);
  }
}

/** The first hop of a flow's first packet that leaves its director, and what the model changed there. */
function directorHop({ journeys }: Report, flow: Flow): LessonStep[] {
  const journey = journeys.find(({ id }) => id === flow.journeys[0]);
  const hop =
    journey?.hops.findIndex(({ changes }) => changes.some(({ role }) => role === 'signature')) ?? -1;
  if (!journey || hop < 0) return [];
  const field = journey.hops[hop]!.changes.find(({ role }) => role === 'signature')!.field;
  return [stepAt({ journey, hop }, field)];
}

/** The way back of the answer's first packet with data. */
function largestReply({ journeys }: Report, flow: Flow): LessonStep[] {
  const journey = journeys.find(
    (one) => one.flow === flow.id && one.direction === 'reply' && one.kind === 'data',
  );
  return journey ? [{ flow: flow.id, journey: journey.id }] : [];
}

function firstOf(flows: readonly Flow[], key: (flow: Flow) => unknown): LessonStep[] {
  const seen = new Map<unknown, Flow>();
  for (const flow of flows) if (!seen.has(key(flow))) seen.set(key(flow), flow);
  return [...seen.values()].map(({ id }) => ({ flow: id }));
}

function withoutTwins(steps: readonly LessonStep[]): LessonStep[] {
  const seen = new Set<string>();
  return steps.filter(({ flow, journey, hop }) => {
    const key = [flow, journey, hop].join();
    return !seen.has(key) && Boolean(seen.add(key));
  });
}
