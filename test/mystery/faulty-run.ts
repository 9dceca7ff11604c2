import { sealedState } from '../../src/mystery/seal-tables.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import type { FrameEvent, LabEvent } from '../../src/lab/events.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { faults, type Fault } from '../../src/mystery/faults.ts';
import { planWithHidden } from '../../src/mystery/hide.ts';
import { mysteryLabs } from '../../src/mystery/mystery-labs.ts';
import { EventSeal } from '../../src/mystery/seal-events.ts';
import { makeTranslate } from '../support/translate.ts';

export const FILE = 'mystery-1-1.lblab.yaml';
const startedAt = '2026-01-01T00:00:00.000000000Z';
const translate = makeTranslate('en');

/** A run of a fault: as it is, as it is sealed, and what a learner may look at. */
export class FaultyRun {
  readonly own: Plan;
  readonly hidden: Plan;
  readonly open: JourneyBuilder;
  readonly sealed: JourneyBuilder;
  readonly sealedEvents: LabEvent[] = [];
  #evidence: string | undefined;
  readonly #frames: FrameEvent[] = [];
  readonly #engine: EmbeddedEngine;

  constructor(fault: Pick<Fault, 'lab' | 'hidden'>) {
    const { document, plan } = loadTopology(mysteryLabs[fault.lab], FILE);
    this.own = plan!;
    this.hidden = planWithHidden(document!, fault)!;
    const options = { engine: 'embedded', startedAt, translate } as const;
    this.open = new JourneyBuilder(this.hidden, options);
    this.sealed = new JourneyBuilder(this.own, options);
    const seal = new EventSeal(() => this.own);
    this.#engine = new EmbeddedEngine(
      this.hidden,
      (events) => {
        this.open.add(events);
        const sealed = seal.take(events);
        this.sealed.add(sealed);
        this.sealedEvents.push(...sealed);
        for (const event of events) if (event.kind === 'frame') this.#frames.push(event);
      },
      { startedAt },
    );
    this.#engine.startNow();
    this.#engine.runUntilSettled(600e9);
  }

  /**
   * Everything that can be seen, as text: frames with their times to a millisecond, and of each node what its tables say. The
   * counters of a forwarder that no table shows are left out: why it dropped, and the weights.
   */
  get evidence(): string {
    return (this.#evidence ??= this.#seen());
  }

  #seen(): string {
    const frames = this.#frames.map(({ node, segment, direction, timeNs, bytes }) =>
      [node, segment, direction, Math.round(timeNs / 1e6), Buffer.from(bytes).toString('hex')].join(' '),
    );
    const tables = this.hidden.nodes.map(({ name, interfaces }) => {
      const { counters, ...state } = sealedState(this.#engine.nodeStateNow(name))!;
      const services = counters?.services.map(({ servers, ...service }) => ({
        ...service,
        servers: servers.map((server) => ({ ...server, weight: undefined })),
      }));
      return { name, links: interfaces.map(({ mtu, down }) => ({ mtu, down })), state, services };
    });
    return `${frames.join('\n')}\n${JSON.stringify(tables)}`;
  }
}

const runs = new Map<Fault, FaultyRun>();

/** Each fault is run once, whoever asks. */
export function runOf(fault: Fault): FaultyRun {
  const run = runs.get(fault) ?? new FaultyRun(fault);
  runs.set(fault, run);
  return run;
}

/** The first fault of each kind. */
export function firstOfEach(kindOf: (fault: Fault) => string): Fault[] {
  const kinds = faults.map(kindOf);
  return faults.filter((_, index) => kinds.indexOf(kinds[index]!) === index);
}

export function nameOf({ level, lab, hidden }: Fault): string {
  const settings = hidden.map(({ path, value }) => `${path.join('.')} ${JSON.stringify(value)}`);
  return `${level} ${lab}: ${settings.join(', ')}`;
}
