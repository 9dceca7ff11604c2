import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Explanation, Flow, Journey, Report } from '../../src/journey/report.ts';
import { Random } from '../../src/lab/embedded/random.ts';
import type { FrameEvent, LabEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { reportOfEvents } from '../journey/build-report.ts';
import { makeTranslate } from '../support/translate.ts';
import { writtenAndRead } from './written.ts';
import { merged, split, type Damage, type Record } from './damage.ts';

/** What is said of a run, and what is said of the same run as its hosts recorded it. */
export interface Compared {
  readonly live: Report;
  readonly capture: Report;
  readonly records: readonly Record[];
  /** What is said of it that is not so; empty when all is true. */
  readonly faults: readonly string[];
  /** How many packets are known to have ended, and how many of these the recording still tells. */
  readonly known: { readonly live: number; readonly capture: number };
}

const translate = makeTranslate('en');

/** Splits a run by node, damages each file, puts them together again, and holds what is said against the live run. */
export function compare(
  plan: Plan,
  events: readonly LabEvent[],
  damages: readonly Damage[],
  seed: number,
): Compared {
  const live = reportOfEvents(plan, events);
  const files = split(plan, events).map((file, index) =>
    damages.reduce((one, damage, at) => damage(one, new Random(seed, `${file.node} ${at}`), index), file),
  );
  const records = merged(files);
  return against(plan, events, live, records, captureReport(plan, records));
}

/** The same of a run that its hosts wrote as files, and that was read from them. */
export function compareWritten(
  plan: Plan,
  events: readonly LabEvent[],
  seed: number,
  options: { readonly mirrored?: string } = {},
): Compared {
  const { told, records } = writtenAndRead(plan, events, seed, options);
  const { points: capturePoints, wholePoints, clockErrorsNs } = told;
  const builder = new JourneyBuilder(told.plan, {
    engine: 'capture',
    startedAt: 'T',
    translate,
    capturePoints,
    wholePoints,
    clockErrorsNs,
  });
  builder.add(told.events);
  return against(plan, events, reportOfEvents(plan, events), records, builder.report(), capturePoints);
}

function against(
  plan: Plan,
  events: readonly LabEvent[],
  live: Report,
  records: readonly Record[],
  capture: Report,
  points: ReadonlySet<string> = pointsOf(records),
): Compared {
  const frames = events.filter((event) => event.kind === 'frame');
  const whole = wholeReport(plan, events);
  const faults = faultsOf({ plan, live, whole, frames, points }, capture, records);
  return {
    live,
    capture,
    records,
    faults,
    known: { live: knownOf(live), capture: knownOf(capture) },
  };
}

/** What frames alone show of the run, where nothing is missing: what clients told, and when they gave up, is not in it. */
function wholeReport(plan: Plan, events: readonly LabEvent[]): Report {
  const points = plan.nodes.flatMap(({ name, interfaces }) =>
    interfaces.map(({ segment }) => `${name}.${segment}`),
  );
  const wholePoints = new Set(points);
  const builder = new JourneyBuilder(plan, { engine: 'capture', startedAt: 'T', translate, wholePoints });
  builder.add(events.filter(({ kind }) => kind === 'frame' || kind === 'node'));
  return builder.report();
}

function pointsOf(records: readonly Record[]): Set<string> {
  return new Set(records.map(({ event: { node, segment } }) => `${node}.${segment}`));
}

function captureReport(plan: Plan, records: readonly Record[]): Report {
  const capturePoints = pointsOf(records);
  const builder = new JourneyBuilder(plan, { engine: 'capture', startedAt: 'T', translate, capturePoints });
  builder.add(plan.nodes.map(({ name }) => ({ kind: 'node', timeNs: 0, node: name, state: 'running' })));
  builder.add(records.map(({ event }) => event));
  return builder.report();
}

function knownOf({ journeys }: Report): number {
  return journeys.filter(({ outcome }) => outcome !== 'unseen' && outcome !== 'ambiguous').length;
}

interface Truth {
  readonly plan: Plan;
  readonly live: Report;
  /** What frames alone show. */
  readonly whole: Report;
  readonly frames: readonly FrameEvent[];
  /** Whose hosts recorded there; of other interfaces a mirror port shows what they sent. */
  readonly points: ReadonlySet<string>;
}

function faultsOf(
  { plan, live, whole, frames: sent, points }: Truth,
  capture: Report,
  records: readonly Record[],
): string[] {
  const journeyAt = journeysOf(live);
  const wholeAt = journeysOf(whole);
  const wholeFlow = new Map(whole.flows.map((flow) => [flow.id, flow]));
  const flowOf = new Map(live.flows.map((flow) => [flow.id, flow]));
  const faults: string[] = [];
  const liveFlows = new Map<number, Set<Flow>>();
  const wholeFlows = new Map<number, Set<Flow>>();
  for (const journey of capture.journeys) {
    const frames = journey.hops.flatMap((hop) => hop.frames.map((frame) => records[frame - 1]!.live));
    const lives = new Set(frames.flatMap((frame) => journeyAt.get(frame) ?? []));
    const flows = liveFlows.get(journey.flow) ?? new Set();
    liveFlows.set(journey.flow, flows);
    for (const one of lives) flows.add(flowOf.get(one.flow)!);
    const others = wholeFlows.get(journey.flow) ?? new Set();
    wholeFlows.set(journey.flow, others);
    for (const frame of frames) others.add(wholeFlow.get(wholeAt.get(frame)!.flow)!);
    const end = records[journey.hops.at(-1)!.frame - 1]!;
    faults.push(...faultsOfJourney(journey, [...lives], end, sent));
    // Of two sendings it is not known which was first, when the first one's record is missing.
    const again = live.journeys.some(
      (one) =>
        one.retransmission && one.kind === journey.kind && [...lives].some(({ flow }) => flow === one.flow),
    );
    // A question asked twice was asked twice, also where the first one's answer is what is missing.
    const question = ({ kind, hops, flow }: Journey): string =>
      `${kind} ${hops[0]!.from} ${flowOf.get(flow)!.service.address}`;
    const asked = live.journeys.filter(
      (one) => one.kind === 'arp-request' && [...lives].some((other) => question(one) === question(other)),
    );
    if (journey.retransmission && !again && asked.length < 2)
      faults.push(`#${end.live} ${journey.kind}: no retransmission`);
  }
  for (const flow of capture.flows)
    faults.push(...faultsOfFlow(flow, [...liveFlows.get(flow.id)!], [...wholeFlows.get(flow.id)!]));
  const verdictsOf = (id: string) =>
    live.promises.filter((one) => one.id === id).map(({ verdict }) => verdict);
  for (const { id, verdict, evidence } of capture.promises) {
    const isBroken = verdictsOf(id).includes('broken');
    if (verdict === 'broken' && !isBroken)
      faults.push(`${id} is said to be broken by ${evidence.map((one) => records[one - 1]!.live).join()}`);
    // Of a packet whose way was not recorded whole it is not said whether its headers were as foretold.
    const isUnrecorded =
      id === 'headers' && !brokenBy(live, id).some((one) => isWhole(one, records, points, plan));
    if (verdict === 'kept' && isBroken && id !== 'right-host' && !isUnrecorded)
      faults.push(`${id} is said to be kept`);
  }
  const codes = new Set(live.explanations.map(({ code }) => code));
  for (const told of capture.explanations)
    if (!codes.has(told.code) && !isSilenceSeen(told, live)) faults.push(`${told.code}: ${told.text}`);
  return faults;
}

/** The packets that broke a promise. */
function brokenBy({ promises, journeys }: Report, id: string): Journey[] {
  const evidence = new Set(
    promises.flatMap((one) => (one.id === id && one.verdict === 'broken' ? one.evidence : [])),
  );
  return journeys.filter(({ hops }) => hops.some(({ frame }) => evidence.has(frame)));
}

/** All its frames were recorded, and whatever else its nodes took or sent would have been. */
function isWhole(
  { hops }: Journey,
  records: readonly Record[],
  points: ReadonlySet<string>,
  { nodes }: Plan,
): boolean {
  const frames = new Set(records.map(({ live }) => live));
  const isHeard = (name: string) =>
    nodes
      .find((node) => node.name === name)
      ?.interfaces.every(({ segment }) => points.has(`${name}.${segment}`));
  return hops.every(
    (hop) => hop.frames.every((frame) => frames.has(frame)) && isHeard(hop.from) && isHeard(hop.to),
  );
}

/** Why nobody answered ARP may be what was not recorded; that nobody did is so. */
function isSilenceSeen({ code, params }: Explanation, { flows }: Report): boolean {
  if (code !== 'no-route' || params['reason'] !== 'no-arp-reply') return false;
  return flows.some(
    ({ kind, outcome, service }) =>
      kind === 'arp' && outcome.kind === 'lost' && service.address === params['address'],
  );
}

/** Byte for byte the same packet, sent again: nobody can tell which of the two came. */
function isTwin({ hops: [a] }: Journey, { hops: [b] }: Journey, frames: readonly FrameEvent[]): boolean {
  const [one, other] = [frames[a!.frame - 1]!.bytes, frames[b!.frame - 1]!.bytes];
  return Buffer.compare(one, other) === 0;
}

function journeysOf({ journeys }: Report): Map<number, Journey> {
  const at = new Map<number, Journey>();
  for (const journey of journeys)
    for (const { frames } of journey.hops) for (const frame of frames) at.set(frame, journey);
  return at;
}

/**
 * @param lives The packets of the live run that it is said to be.
 * @param end Where it was seen last.
 */
function faultsOfJourney(
  journey: Journey,
  lives: readonly Journey[],
  end: Record,
  sent: readonly FrameEvent[],
): string[] {
  const faults: string[] = [];
  // Fragments of one datagram may be one packet to the forwarder that put them together, and its report.
  const isFragment = journey.kind.startsWith('arp')
    ? false
    : ipv4.isFragment(end.event.bytes, ethernet.HEADER_LENGTH);
  const { kind, direction, outcome, confidence, hops } = journey;
  const last = hops.at(-1)!;
  const what = `#${end.live} ${kind} ${direction} ${hops.map(({ from }) => from).join('>')}>${last.to}`;
  const others = lives.filter((one) => !isTwin(one, lives[0]!, sent));
  if (others.length > 0 && confidence !== 'ambiguous' && !isFragment)
    faults.push(`${what}: ${lives.length} packets are taken for one, ${confidence}`);
  const isSure = outcome !== 'unseen' && outcome !== 'ambiguous';
  if (isSure && !isFragment && !lives.some((one) => fits(outcome, one)))
    faults.push(
      `${what}: ${outcome} (${last.arrival.reason}), was ${lives.map((one) => one.outcome).join()}`,
    );
  return faults;
}

/** A packet that a node kept is lost to who sees nothing of it any more. */
function fits(said: Journey['outcome'], { outcome, confidence, hops }: Journey): boolean {
  const isGone = (one: Journey['outcome']) => one === 'lost' || one === 'dropped';
  if (outcome === 'ambiguous' || confidence === 'ambiguous') return true;
  // That nobody listened where it arrived says an error, whose record may be missing.
  if (said === 'arrived' && hops.at(-1)!.arrival.reason === 'port-unreachable') return true;
  return said === outcome || (isGone(said) && isGone(outcome));
}

/** @param wholes What frames alone show of it: that it was lost must be so by what the client told. */
function faultsOfFlow(flow: Flow, lives: readonly Flow[], wholes: readonly Flow[]): string[] {
  const { kind, outcome, client, service } = flow;
  if (outcome.kind === 'open' || outcome.kind === 'ambiguous') return [];
  const allowed = outcome.kind === 'lost' ? lives : [...lives, ...wholes];
  if (allowed.some((one) => one.outcome.kind === outcome.kind)) return [];
  // That a client resets what it waits for no longer is in its frames; that it gave up, only the client told.
  if (outcome.kind === 'refused' && outcome.reason === 'reset-by-client') return [];
  // How long an answer was to be stands in a head that need not be recorded.
  if (outcome.kind === 'answered' && wholes.some((one) => one.outcome.kind === 'partial')) return [];
  // The same of an answer that came after its client had given up.
  const isLate = ({ outcome: one }: Flow) => one.kind === 'lost' && one.reason === 'client-gave-up';
  if (outcome.kind === 'answered' && wholes.some(isLate)) return [];
  const was = lives.map((one) => one.outcome.kind).join();
  const reason = 'reason' in outcome ? ` (${outcome.reason})` : '';
  return [`${kind} ${client.address}>${service.address}: ${outcome.kind}${reason}, was ${was}`];
}
