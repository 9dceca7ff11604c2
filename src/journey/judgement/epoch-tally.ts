import type { Translate } from '../../l10n/translate.ts';
import { totalLengthOf } from '../../packet/ipv4.ts';
import { EpochEvidence } from '../records/evidence.ts';
import { Failures, type Surroundings } from '../explanations/finding.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord, Stage } from '../records/hop-record.ts';
import {
  confidenceOf,
  type Breach,
  type JourneyFindings,
  type JourneyRecord,
} from '../records/journey-record.ts';
import { FRAMES_SHOWN, PromisePart } from '../promises/promise-part.ts';
import { promiseChecks, promisesOf, UNIQUE_PORTS } from '../promises/promises.ts';
import { SharedPorts } from '../promises/shared-ports.ts';
import type { PromiseCheck, Tally } from '../promises/tally.ts';
import type { PromiseVerdict } from '../report.ts';

const ids = Object.keys(promiseChecks);

/** What the packets of one epoch show, kept up packet by packet. */
export class EpochTally {
  readonly stage: Stage;
  readonly #checks: readonly {
    readonly id: string;
    readonly bit: number;
    readonly check: PromiseCheck | undefined;
  }[];
  /** By bit. */
  readonly #parts = new Map<number, PromisePart>();
  /** One for each NAT router. */
  readonly #ports: readonly SharedPorts[];
  /** Packets that explanations may be made of. */
  readonly #notable = new Set<JourneyRecord>();
  readonly #lastSentNs = new Map<string, number>();

  readonly #journeys: () => readonly JourneyRecord[];

  /** @param journeys All that there are, of other epochs too, in their order. */
  constructor(stage: Stage, journeys: () => readonly JourneyRecord[]) {
    this.stage = stage;
    this.#journeys = journeys;
    const promised = promisesOf(stage.network.plan);
    this.#checks = ids
      .map((id, index) => ({ id, bit: index * 2, check: promiseChecks[id] }))
      .filter(({ id }) => promised.has(id));
    this.#ports = stage.network.nats.map((name) => new SharedPorts(name));
  }

  /** Takes over what was shown by packets that are not in the recording any more. */
  inherit(before: EpochTally): void {
    for (const [bit, part] of before.#parts) this.#part(bit).inherit(part);
    for (const [node, timeNs] of before.#lastSentNs) this.#lastSentNs.set(node, timeNs);
  }

  /** Takes in a journey that was judged, instead of what was known of it before. */
  add(journey: JourneyRecord): JourneyFindings {
    this.remove(journey);
    // What is missing of its flow says nothing about how it went.
    if (journey.flow?.partial) {
      journey.findings = { kept: 0, broken: undefined, ...countsOf(journey) };
      return journey.findings;
    }
    const evidence = new EpochEvidence(this.stage, [journey]);
    let kept = 0;
    const broken: Breach[] = [];
    for (const { bit, check } of this.#checks) {
      if (check === undefined) continue;
      const tally = check(evidence);
      // A second part speaks only with the first, but each packet for one of them.
      kept |=
        (tally.kept.length > 0 ? 1 << bit : 0) | (tally.also && tally.also.kept.length > 0 ? 2 << bit : 0);
      for (const hop of tally.broken) broken.push({ bit, hop });
      if (tally.also) for (const hop of tally.also.broken) broken.push({ bit, hop });
      if (tally.also) this.#part(bit + 1);
    }
    for (let bit = 0; kept >>> bit !== 0; bit++) if ((kept >>> bit) & 1) this.#part(bit).keep(journey);
    for (const { bit, hop } of broken) this.#part(bit).breach(journey, hop);
    for (const { from, timeNs, stage } of journey.hops) {
      if (stage.network.isDirector(from) && timeNs > this.lastSentNs(from))
        this.#lastSentNs.set(from, timeNs);
    }
    if (broken.length > 0 || isNotable(journey)) this.#notable.add(journey);
    journey.findings = { kept, broken: broken.length > 0 ? broken : undefined, ...countsOf(journey) };
    return journey.findings;
  }

  remove(journey: JourneyRecord): void {
    const { findings } = journey;
    if (findings === undefined) return;
    const { kept, broken } = findings;
    for (let bit = 0; kept >>> bit !== 0; bit++) if ((kept >>> bit) & 1) this.#part(bit).drop(journey);
    for (const { bit } of broken ?? []) this.#part(bit).mend(journey);
    this.#notable.delete(journey);
    journey.findings = undefined;
  }

  /** The journey is taken out of the recording; what it showed has been shown all the same. */
  evict(journey: JourneyRecord): void {
    const { findings } = journey;
    if (findings === undefined) return;
    this.remove(journey);
    for (let bit = 0; findings.kept >>> bit !== 0; bit++) {
      if ((findings.kept >>> bit) & 1) this.#part(bit).rememberKept();
    }
    for (const { bit, hop } of findings.broken ?? []) this.#part(bit).rememberBroken(hop.frame);
  }

  look(flow: FlowRecord): void {
    for (const ports of this.#ports) ports.look(flow, this.stage.epoch);
  }

  evictFlow(flow: FlowRecord): void {
    const bit = ids.indexOf(UNIQUE_PORTS) * 2;
    for (const ports of this.#ports) {
      const { isShown } = ports;
      const clashing = ports.broken.find((hop) => hop.journey?.flow === flow);
      ports.look(flow, this.stage.epoch);
      if (clashing) this.#part(bit).rememberBroken(clashing.frame);
      else if (isShown) this.#part(bit).rememberKept();
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
    return this.#checks.map(({ id, bit, check }) => {
      const parts = [this.#part(bit), ...(this.#parts.has(bit + 1) ? [this.#part(bit + 1)] : [])];
      const ports = check === undefined ? this.#ports : [];
      const broken = parts.some(({ isBroken }) => isBroken) || ports.some(({ isBroken }) => isBroken);
      const kept = parts.every(({ isKept }) => isKept) || ports.some(({ isShown }) => isShown);
      let evidence: readonly number[] | undefined;
      const name = (): readonly number[] => {
        if (broken)
          return inOrder([...parts.flatMap((part) => part.framesBroken()), ...framesOf(brokenOf(ports))]);
        if (!kept) return [];
        const hops =
          check === undefined
            ? ports.flatMap(({ kept }) => kept)
            : parts.flatMap((part, index) =>
                part.hopsKept(this.#isKeptBy(bit + index), (journey) => this.#tallyOf(journey, check, index)),
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

  #isKeptBy(bit: number): (journey: JourneyRecord) => boolean {
    const { epoch } = this.stage;
    return ({ first, findings }) =>
      first.stage.epoch === epoch && (((findings?.kept ?? 0) >>> bit) & 1) === 1;
  }

  #tallyOf(journey: JourneyRecord, check: PromiseCheck, part: number): readonly HopRecord[] {
    const tally: Tally = check(new EpochEvidence(this.stage, [journey]));
    return (part === 0 ? tally : tally.also)?.kept ?? [];
  }

  #part(bit: number): PromisePart {
    let part = this.#parts.get(bit);
    if (part === undefined) this.#parts.set(bit, (part = new PromisePart(this.#journeys)));
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
    hops.some(({ arrival }) => arrival!.reason !== '')
  );
}

function countsOf({ hops }: JourneyRecord): Pick<JourneyFindings, 'ambiguousJoins' | 'directorBytes'> {
  let ambiguousJoins = 0;
  let directorBytes = 0;
  for (const hop of hops) {
    if (confidenceOf(hop) === 'ambiguous') ambiguousJoins++;
    const { facts } = hop;
    // Counted on the way in, as an interface's own counter would.
    if (facts.kind === 'arp' || facts.ipAt === 0 || !hop.received) continue;
    if (hop.stage.network.node(hop.to)?.forwarder)
      directorBytes += totalLengthOf(facts.bytes, facts.routedAt);
  }
  return { ambiguousJoins, directorBytes };
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
