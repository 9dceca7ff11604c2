import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import type { FrameEvent, LabEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import type { PromiseVerdict, Report } from '../../src/journey/report.ts';
import { reportOfEvents } from '../journey/build-report.ts';
import { watching } from './holders.ts';
import { trialOf, type Trial } from './lab-of.ts';

const SECOND = 1e9;
const END_NS = 16 * SECOND;
const VIP = '10,0,2,100';
/** Longer than frames that cross take, and shorter than any interval. */
const CROSSING_NS = 1e6;

interface Span {
  readonly node: string;
  readonly fromNs: number;
  readonly toNs: number;
}

/** What an independent look says of one epoch; undefined where it is a matter of moments. */
interface Truth {
  readonly epoch: number;
  readonly isOneOwner: boolean | undefined;
  readonly isAnnounced: boolean | undefined;
}

/** Of one lab: what is wrong with what the product says of it, each a sentence. */
export function faultsOf(seed: number): {
  readonly trial: Trial;
  readonly faults: string[];
  readonly red: number;
} {
  const trial = trialOf(seed);
  const events: LabEvent[] = [];
  const engine = new EmbeddedEngine(trial.plan, (told) => events.push(...told), { startedAt: 'T' });
  const holdings = watching(
    () => engine.nowNs,
    () => {
      engine.startNow();
      engine.run(END_NS);
    },
  );
  const acting = trial.directors.flatMap((name) => actingOf(name, trial.plan, events));
  const spans = holdings.flatMap(({ address, fromNs, toNs }) => {
    const node = trial.plan.nodes.find(({ interfaces }) => interfaces[0]!.address === address)!.name;
    // Started anew, it is another forwarder; paused or cut off for a while it is the same one.
    const gone = events.find(
      (event) =>
        event.kind === 'node' && event.node === node && event.state === 'stopped' && event.timeNs >= fromNs,
    );
    const untilNs = Math.min(toNs, gone?.timeNs ?? END_NS);
    return acting
      .filter((one) => one.node === node)
      .map((one) => ({ node, fromNs: Math.max(fromNs, one.fromNs), toNs: Math.min(untilNs, one.toNs) }))
      .filter((span) => span.fromNs < span.toNs);
  });
  const report = reportOfEvents(trial.plan, events);
  const truths = truthsOf(trial, report, spans, events);
  const verdict = (id: string, epoch: number): PromiseVerdict['verdict'] | undefined =>
    report.promises.find((one) => one.id === id && one.epoch === epoch)?.verdict;
  const faults = truths.flatMap(({ epoch, isOneOwner, isAnnounced }) => {
    const said = { owner: verdict('one-owner', epoch), announced: verdict('announced', epoch) };
    const isTold = report.explanations.some((one) => one.epoch === epoch && one.code === 'two-masters');
    return [
      ...(isOneOwner === true && said.owner === 'broken'
        ? [`epoch ${epoch}: one had it, and it is called broken`]
        : []),
      ...(isOneOwner === false && said.owner !== 'broken'
        ? [`epoch ${epoch}: two had it, and it is called ${said.owner}`]
        : []),
      ...(said.owner === 'broken' && !isTold ? [`epoch ${epoch}: broken, and not explained`] : []),
      ...(isAnnounced === true && said.announced === 'broken'
        ? [`epoch ${epoch}: all was sent to the owner, and it is called broken`]
        : []),
      ...(isAnnounced === false && said.announced !== 'broken'
        ? [`epoch ${epoch}: sent to another, and it is called ${said.announced}`]
        : []),
    ];
  });
  const red = truths.filter(
    ({ isOneOwner, isAnnounced }) => isOneOwner === false || isAnnounced === false,
  ).length;
  return { trial, faults, red };
}

/** When a node ran and its one interface was up. */
function actingOf(node: string, plan: Plan, events: readonly LabEvent[]): Span[] {
  const spans: Span[] = [];
  let [isRunning, isUp, fromNs] = [true, !isDown(plan, node), 0];
  for (const event of events) {
    const was = isRunning && isUp;
    if (event.kind === 'node' && event.node === node) isRunning = event.state === 'running';
    else if (event.kind === 'plan') isUp = !isDown(event.plan, node);
    else continue;
    const is = isRunning && isUp;
    if (was && !is) spans.push({ node, fromNs, toNs: event.timeNs });
    else if (!was && is) fromNs = event.timeNs;
  }
  if (isRunning && isUp) spans.push({ node, fromNs, toNs: END_NS });
  return spans;
}

const isDown = ({ nodes }: Plan, name: string): boolean =>
  nodes.find((node) => node.name === name)!.interfaces[0]!.down;

function truthsOf(
  { advertMs, plan }: Trial,
  report: Report,
  spans: readonly Span[],
  events: readonly LabEvent[],
): Truth[] {
  const sent = events.flatMap((event) => (isForVip(event) ? [event] : []));
  const ownersAt = (timeNs: number): string[] =>
    spans.filter(({ fromNs, toNs }) => fromNs <= timeNs && timeNs < toNs).map(({ node }) => node);
  return report.epochs.map(({ epoch, timeNs }, at) => {
    const untilNs = report.epochs[at + 1]?.timeNs ?? END_NS;
    const overlap = longestOverlap(spans, timeNs, untilNs);
    // Who had it alone for so long said so, and the others have not been heard of since.
    const longNs = 1.2 * SECOND + 3 * advertMs * 1e6;
    const of = sent.filter((frame) => frame.timeNs >= timeNs && frame.timeNs < untilNs);
    const isWrong = of.some((frame) => {
      const [owner, ...others] = ownersAt(frame.timeNs);
      if (owner === undefined || others.length > 0 || owner === receiverOf(frame, plan)) return false;
      const steady = spans.filter(
        ({ fromNs, toNs }) => fromNs <= frame.timeNs && toNs > frame.timeNs - longNs,
      );
      return steady.length === 1 && steady[0]!.fromNs <= frame.timeNs - longNs;
    });
    const isRight = of.every((frame) => ownersAt(frame.timeNs).includes(receiverOf(frame, plan)));
    return {
      epoch,
      isOneOwner: overlap === 0 ? true : overlap > 2.2 * advertMs * 1e6 + CROSSING_NS ? false : undefined,
      isAnnounced: isWrong ? false : isRight ? true : undefined,
    };
  });
}

/** How long two had it at once. */
function longestOverlap(spans: readonly Span[], fromNs: number, untilNs: number): number {
  let longest = 0;
  for (const a of spans)
    for (const b of spans) {
      if (a.node >= b.node) continue;
      longest = Math.max(longest, Math.min(a.toNs, b.toNs, untilNs) - Math.max(a.fromNs, b.fromNs, fromNs));
    }
  return longest;
}

/** A frame of the router for the VIP. */
function isForVip(event: LabEvent): event is FrameEvent {
  if (event.kind !== 'frame' || event.node !== 'router' || event.direction !== 'out') return false;
  const { bytes } = event;
  return bytes[12] === 8 && bytes[13] === 0 && bytes.slice(30, 34).join() === VIP;
}

function receiverOf({ bytes }: FrameEvent, { nodes }: Plan): string {
  const mac = [...bytes.slice(0, 6)].reduce((sum, byte) => sum * 256 + byte, 0);
  return nodes.find(({ interfaces }) => interfaces.some((port) => port.mac === mac))?.name ?? '';
}
