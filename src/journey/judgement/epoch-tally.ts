import type { Translate } from '../../l10n/translate.ts';
import { totalLengthOf } from '../../packet/ipv4.ts';
import { isByAbsence } from './arrivals.ts';
import { packetOf } from '../records/evidence.ts';
import { Failures, type Surroundings } from '../explanations/finding.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord, Stage } from '../records/hop-record.ts';
import { confidenceOf, type Breach, type JourneyRecord } from '../records/journey-record.ts';
import { Parts } from '../records/parts.ts';
import { FRAMES_SHOWN, PromisePart } from '../promises/promise-part.ts';
import { promiseChecks, promisesOf, UNIQUE_PORTS } from '../promises/promises.ts';
import { SharedPorts } from '../promises/shared-ports.ts';
import type { PromiseCheck, Tally } from '../promises/tally.ts';
import type { PromiseVerdict } from '../report.ts';

/** A promise of the plan's models, with the number of its first part. */
interface Promised {
  readonly id: string;
  readonly part: number;
  readonly parts: 1 | 2;
  readonly check: PromiseCheck['check'] | undefined;
}

/** Every promise, its parts numbered. */
const promises: readonly Promised[] = numbered();
const UNIQUE_PORTS_PART = promises.find(({ id }) => id === UNIQUE_PORTS)!.part;
const NOTHING = new Parts();

function numbered(): Promised[] {
  let next = 0;
  return Object.entries(promiseChecks).map(([id, known]) => {
    const { parts, check } = known ?? { parts: 1, check: undefined };
    const part = next;
    next += parts;
    return { id, part, parts, check };
  });
}

/** What one packet shows of one promise after another. */
class Shown implements Tally {
  kept = NOTHING;
  broken: Breach[] | undefined;
  /** The number of the first part of the promise that is asked. */
  first = 0;

  note(hop: HopRecord, ok: boolean, part: 0 | 1 = 0): void {
    const number = this.first + part;
    if (ok) this.kept = this.kept.with(number);
    else (this.broken ??= []).push({ part: number, hop });
  }

  clear(): void {
    this.kept = NOTHING;
    this.broken = undefined;
  }
}

/** What the packets of one epoch show, kept up packet by packet. */
export class EpochTally {
  readonly stage: Stage;
  readonly #promised: readonly Promised[];
  readonly #parts = new Map<number, PromisePart>();
  /** One for each NAT router. */
  readonly #ports: readonly SharedPorts[];
  /** Packets that explanations may be made of. */
  readonly #notable = new Set<JourneyRecord>();
  readonly #lastSentNs = new Map<string, number>();
  readonly #shown = new Shown();
  readonly #journeys: () => readonly JourneyRecord[];

  /** @param journeys All that there are, of other epochs too, in their order. */
  constructor(stage: Stage, journeys: () => readonly JourneyRecord[]) {
    this.stage = stage;
    this.#journeys = journeys;
    const promised = promisesOf(stage.network.plan);
    this.#promised = promises.filter(({ id }) => promised.has(id));
    this.#ports = stage.network.nats.map((name) => new SharedPorts(name));
  }

  /** Takes over what was shown by packets that are not in the recording any more. */
  inherit(before: EpochTally): void {
    for (const [number, part] of before.#parts) this.#part(number).inherit(part);
    for (const [node, timeNs] of before.#lastSentNs) this.#lastSentNs.set(node, timeNs);
  }

  /** Takes in a journey that was judged, instead of what was known of it before. */
  add(journey: JourneyRecord): void {
    this.remove(journey);
    count(journey);
    this.#noteSent(journey);
    // What is missing of its flow says nothing about how it went.
    // What cannot be told apart, in a capture, is no proof of anything.
    const isUnsure = this.stage.isCapture && journey.confidence === 'ambiguous';
    if (journey.flow?.partial ?? isUnsure) {
      journey.kept = NOTHING;
      if (showsTrouble(journey)) this.#notable.add(journey);
      return;
    }
    const packet = packetOf(journey, this.stage);
    const shown = this.#shown;
    for (const { part, check } of this.#promised) {
      shown.first = part;
      check?.(packet, shown);
    }
    const { kept, broken } = shown;
    shown.clear();
    for (const number of kept.numbers) this.#part(number).keep(journey);
    if (broken) for (const { part, hop } of broken) this.#part(part).breach(journey, hop);
    if (broken || isNotable(journey)) this.#notable.add(journey);
    journey.kept = kept;
    journey.broken = broken;
  }

  /** Whatever a node sends, and whoever it is of, shows that it is there. */
  #noteSent({ hops }: JourneyRecord): void {
    for (const { from, timeNs } of hops) this.#lastSentNs.set(from, Math.max(timeNs, this.lastSentNs(from)));
  }

  remove(journey: JourneyRecord): void {
    const { kept, broken } = journey;
    if (kept === undefined) return;
    for (const number of kept.numbers) this.#part(number).drop(journey);
    if (broken) for (const { part } of broken) this.#part(part).mend(journey);
    this.#notable.delete(journey);
    journey.kept = journey.broken = undefined;
  }

  /** The journey is taken out of the recording; what it showed has been shown all the same. */
  evict(journey: JourneyRecord): void {
    const { kept = NOTHING, broken } = journey;
    this.remove(journey);
    for (const number of kept.numbers) this.#part(number).rememberKept();
    if (broken) for (const { part, hop } of broken) this.#part(part).rememberBroken(hop.frame);
  }

  look(flow: FlowRecord): void {
    for (const ports of this.#ports) ports.look(flow, this.stage.epoch);
  }

  evictFlow(flow: FlowRecord): void {
    for (const ports of this.#ports) {
      const { isShown } = ports;
      const clashing = ports.broken.find((hop) => hop.journey?.flow === flow);
      ports.look(flow, this.stage.epoch);
      if (clashing) this.#part(UNIQUE_PORTS_PART).rememberBroken(clashing.frame);
      else if (isShown) this.#part(UNIQUE_PORTS_PART).rememberKept();
    }
  }

  lastSentNs(node: string): number {
    return this.#lastSentNs.get(node) ?? -Infinity;
  }

  /** How much there is to explain. */
  get notable(): number {
    return this.#notable.size;
  }

  failures(known: Pick<Surroundings, 'states' | 'unsent' | 'gaveUp' | 'later'>): Failures {
    const journeys = [...this.#notable].sort((a, b) => a.order - b.order);
    const lastSentNs = (node: string) => this.lastSentNs(node);
    const sharedPorts = brokenOf(this.#ports);
    return new Failures(this.stage, journeys, { ...known, lastSentNs, sharedPorts });
  }

  /** Frames are named when somebody looks. */
  verdicts(translate: Translate): PromiseVerdict[] {
    return this.#promised.map((promised) => {
      const { id, part, check } = promised;
      const parts = [this.#part(part), ...(promised.parts === 2 ? [this.#part(part + 1)] : [])];
      const ports = check === undefined ? this.#ports : [];
      const broken = parts.some(({ isBroken }) => isBroken) || ports.some(({ isBroken }) => isBroken);
      const kept = parts.every(({ isKept }) => isKept) || ports.some(({ isShown }) => isShown);
      let evidence: readonly number[] | undefined;
      const name = (): readonly number[] => {
        if (broken)
          return inOrder([...parts.flatMap((one) => one.framesBroken()), ...framesOf(brokenOf(ports))]);
        if (!kept) return [];
        const hops =
          check === undefined
            ? ports.flatMap(({ kept }) => kept)
            : parts.flatMap((one, index) =>
                one.hopsKept(this.#isKeptBy(part + index), (journey) => this.#hopsOf(journey, check, index)),
              );
        return inOrder(framesOf(hops.slice(0, FRAMES_SHOWN)));
      };
      return {
        id,
        epoch: this.stage.epoch,
        text: translate(textOf(id, this.stage)),
        verdict: broken ? 'broken' : kept ? 'kept' : 'not seen',
        get evidence() {
          return (evidence ??= name());
        },
      };
    });
  }

  #isKeptBy(part: number): (journey: JourneyRecord) => boolean {
    const { epoch } = this.stage;
    return ({ first, kept }) => first.stage.epoch === epoch && kept?.has(part) === true;
  }

  /** Of the journey, those that show this part kept. */
  #hopsOf(journey: JourneyRecord, check: PromiseCheck['check'], wanted: number): readonly HopRecord[] {
    const hops: HopRecord[] = [];
    check(packetOf(journey, this.stage), {
      note: (hop, ok, part = 0) => void (ok && part === wanted && hops.push(hop)),
    });
    return hops;
  }

  #part(number: number): PromisePart {
    let part = this.#parts.get(number);
    if (part === undefined) this.#parts.set(number, (part = new PromisePart(this.#journeys)));
    return part;
  }
}

/** Behind a NAT router the client's own address is not what a director gets to see. */
function textOf(id: string, { network }: Stage): string {
  return id === 'server-sees-cip' && network.nats.length > 0
    ? 'promise.server-sees-cip.nat'
    : `promise.${id}`;
}

/** What a panel lists besides what is expected: questions about addresses, resets and errors, and whatever failed. */
function isNotable({ kind, outcome, hops }: JourneyRecord): boolean {
  return (
    kind === 'arp-request' ||
    kind === 'arp-reply' ||
    kind === 'rst' ||
    kind === 'icmp-error' ||
    outcome !== 'arrived' ||
    hops.some(({ fate }) => fate!.reason !== '')
  );
}

/**
 * Not all of a load need be recorded, so that what is missing tells nothing. What a node that has a packet does not do with
 * it does, and so does a reset that says that nothing listens (RFC 9293, section 3.10.7.1: its sequence number is 0).
 */
function showsTrouble({ kind, flow, first, hops }: JourneyRecord): boolean {
  if (flow!.partial !== 'load') return false;
  if (kind === 'rst') return first.facts.sequence === 0;
  return hops.some(({ fate }) => fate!.fate === 'dropped' && !isByAbsence(fate!.reason));
}

function count(journey: JourneyRecord): void {
  let ambiguousJoins = 0;
  let director: string | Map<string, number> = '';
  let directorBytes = 0;
  for (const hop of journey.hops) {
    if (confidenceOf(hop) === 'ambiguous') ambiguousJoins++;
    // Counted on the way in, as an interface's own counter would.
    if (!hop.received || !hop.stage.network.node(hop.to)?.forwarder) continue;
    const { facts } = hop;
    if (facts.kind === 'arp' || facts.ipAt === 0) continue;
    const bytes = totalLengthOf(facts.bytes, facts.routedAt);
    // One is what most packets meet, and there are many packets.
    if (typeof director === 'string' && director !== '' && director !== hop.to)
      director = new Map([[director, directorBytes]]);
    if (typeof director === 'string') director = hop.to;
    else director.set(hop.to, (director.get(hop.to) ?? 0) + bytes);
    directorBytes += bytes;
  }
  journey.ambiguousJoins = ambiguousJoins;
  journey.directorBytes = directorBytes;
  journey.director = director;
}

function framesOf(hops: readonly HopRecord[]): number[] {
  return hops.map(({ frame }) => frame);
}

function brokenOf(ports: readonly SharedPorts[]): HopRecord[] {
  return ports.flatMap(({ broken }) => broken);
}

function inOrder(frames: readonly number[]): number[] {
  return [...new Set(frames)].sort((a, b) => a - b);
}
