import { sealedState } from '../../mystery/seal-tables.ts';
import type { ConsoleNode, FetchRequest } from '../../console/command.ts';
import { exportPcapng } from '../../journey/export-pcapng.ts';
import { JourneyBuilder } from '../../journey/journey-builder.ts';
import type { Translate } from '../../l10n/translate.ts';
import { EmbeddedEngine } from '../../lab/embedded/embedded-engine.ts';
import { MOST_EVENTS } from '../../lab/embedded/most-events.ts';
import type { FrameEvent } from '../../lab/events.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { LIMIT_NS } from '../../mystery/judge.ts';
import { EventSeal } from '../../mystery/seal-events.ts';
import { plainReport, sealedJourneys } from '../../mystery/seal-report.ts';
import type { Painter } from '../paint.ts';
import { ladder } from '../ladder/ladder.ts';

/** Of the lab's time: longer than ARP asks in vain. */
const PING_NS = 4e9;
const FETCH_NS = 5e9;
const NO_BYTES = new Uint8Array();

export interface SealedPlans {
  /** As the file has it: all that anybody is shown. */
  readonly own: Plan;
  /** As it runs. */
  readonly hidden: Plan;
}

/** A mystery's lab, run to the end of its traffic, and what may be looked at. */
export class SealedRun {
  readonly #plans: SealedPlans;
  readonly #translate: Translate;
  readonly #engine: EmbeddedEngine;
  readonly #builder: JourneyBuilder;
  readonly #frames: FrameEvent[] = [];

  constructor(plans: SealedPlans, translate: Translate) {
    this.#plans = plans;
    this.#translate = translate;
    const startedAt = new Date().toISOString().replace('Z', '000000Z');
    this.#builder = new JourneyBuilder(plans.own, {
      ...{ engine: 'embedded', startedAt, translate },
      ...{ maxFrames: Infinity, maxBytes: Infinity },
    });
    const seal = new EventSeal(() => plans.own);
    this.#engine = new EmbeddedEngine(
      plans.hidden,
      (events) => {
        this.#builder.add(seal.take(events));
        for (const event of events) if (event.kind === 'frame') this.#frames.push(event);
      },
      { startedAt, mostEvents: MOST_EVENTS },
    );
    this.#engine.startNow();
    this.#engine.runUntilSettled(LIMIT_NS);
  }

  get nodes(): readonly string[] {
    return this.#plans.own.nodes.map(({ name }) => name);
  }

  hasForwarder(name: string): boolean {
    return this.#plans.own.nodes.some((node) => node.name === name && node.forwarder !== undefined);
  }

  ladder(title: string, full: boolean, paint: Painter): string[] {
    const journeys = sealedJourneys(this.#builder);
    return ladder(journeys.report(), this.#plans.own, title, {
      ...{ translate: this.#translate, paint, full, values: false },
      journey: (id) => journeys.journey(id)!,
      frame: (number) => this.#builder.frame(number)?.bytes ?? NO_BYTES,
    });
  }

  /** Every frame, without comments: nothing but what was on the wire. */
  pcapng(): { readonly bytes: Uint8Array; readonly frames: number } {
    const report = plainReport(this.#builder.report());
    const numbers = this.#frames.map((_, index) => index + 1);
    const bytes = exportPcapng(this.#frames, report, this.#plans.own, this.#translate, numbers);
    return { bytes, frames: this.#frames.length };
  }

  node(name: string): ConsoleNode {
    const { nodes, services } = this.#plans.own;
    return {
      name,
      link: (segment) =>
        this.#plans.hidden.nodes
          .find((node) => node.name === name)
          ?.interfaces.find((port) => port.segment === segment),
      inspect: async () => sealedState(await this.#engine.nodeState(name)),
      ping: (to) => this.#waited(PING_NS, this.#engine.ping(name, to, PING_NS)),
      fetch: (request) => this.#waited(FETCH_NS, this.#fetch(name, request)),
      addressOf: (wanted) => {
        if (wanted.toLowerCase() === 'vip' && services.length > 0) return services[0]!.vip;
        return nodes.find((node) => node.name === wanted)?.interfaces[0]?.address;
      },
    };
  }

  #fetch(name: string, { to, port, path }: FetchRequest) {
    return this.#engine.fetch(name, {
      ...{ from: name, to, port, request: `GET ${path}`, timeoutNs: FETCH_NS },
      ...{ afterNs: 0, everyNs: 0, count: 1, responseBytes: 0, requestBytes: 0 },
    });
  }

  /** Its clock stands still while nobody waits for it. */
  #waited<Result>(ns: number, result: Promise<Result>): Promise<Result> {
    this.#engine.run(ns);
    return result;
  }
}
