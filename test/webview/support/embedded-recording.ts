import type { ShownLab } from '../../../src/extension/core/panel/shown-lab.ts';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Translate } from '../../../src/l10n/translate.ts';
import { EmbeddedEngine } from '../../../src/lab/embedded/embedded-engine.ts';
import type { FrameEvent, LabEvent, PlanEvent } from '../../../src/lab/events.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import type { LabState } from '../../../src/lab/lab-state.ts';
import { planWithHidden } from '../../../src/mystery/hide.ts';
import { mysteryOf, type MysteryId } from '../../../src/mystery/mystery.ts';
import { EventSeal } from '../../../src/mystery/seal-events.ts';
import { sealedJourneys, type Journeys } from '../../../src/mystery/seal-report.ts';
import type { LaneView } from '../../../src/panel-protocol/messages.ts';

/** A recording of a topology run in memory at the virtual clock's pace. */
export class EmbeddedRecording implements ShownLab {
  readonly file: string;
  readonly engine = 'embedded';
  readonly startedAt = '2026-01-01T12:00:00.000000000Z';
  readonly builder: Journeys;
  readonly sealed?: MysteryId;
  readonly lab: EmbeddedEngine;
  readonly plans: PlanEvent[] = [];
  plan: Plan;
  state: LabState = { kind: 'running' };
  readonly #events: LabEvent[] = [];
  readonly #frames: FrameEvent[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #seal: EventSeal | undefined;

  /** @param mystery Whose fault is put under the file; what would name it is sealed, as the editor does it. */
  constructor(text: string, file: string, translate: Translate, mystery?: MysteryId) {
    this.file = file;
    this.plan = planOf(text, file);
    const { startedAt } = this;
    const builder = new JourneyBuilder(this.plan, { engine: 'embedded', startedAt, translate });
    let plan = this.plan;
    if (mystery) {
      this.sealed = mystery;
      this.#seal = new EventSeal(() => this.plan);
      plan = planWithHidden(loadTopology(text, file).document!, mysteryOf(mystery).fault)!;
    }
    this.builder = mystery ? sealedJourneys(builder) : builder;
    this.lab = new EmbeddedEngine(plan, (told) => this.add(this.#seal?.take(told) ?? told), { startedAt });
    this.lab.startNow();
  }

  /** Runs until nothing is left to happen. */
  run(): this {
    this.lab.runUntilSettled(1000e9);
    this.changed();
    return this;
  }

  /** Applies a changed file, and runs on. */
  async save(text: string): Promise<void> {
    await this.lab.apply(planOf(text, this.file));
    this.run();
  }

  add(events: readonly LabEvent[]): void {
    this.#events.push(...events);
    this.builder.add(events);
    for (const event of events) {
      if (event.kind === 'frame') this.#frames.push(event);
      if (event.kind === 'plan') {
        this.plans.push(event);
        this.plan = event.plan;
      }
    }
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Every plan after the first is a file that was saved. */
  get changes(): { epoch: number; timeNs: number; kind: 'applied' }[] {
    return this.plans.slice(1).map(({ epoch, timeNs }) => ({ epoch, timeNs, kind: 'applied' }));
  }

  changeOf(): undefined {
    return undefined;
  }

  nodeState(): LaneView['state'] {
    return 'running';
  }

  frameNumbers(): number[] {
    return this.#frames.map((_, index) => index + 1);
  }

  frame(number: number): FrameEvent | undefined {
    return this.#frames[number - 1];
  }

  events(): readonly LabEvent[] {
    return this.#events;
  }

  connections(node: string) {
    return this.lab.nodeState(node).then((state) => state?.connections ?? []);
  }

  lineOf(): number | undefined {
    return 7;
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }
}

export function planOf(text: string, file: string): Plan {
  const { plan, problems } = loadTopology(text, file);
  if (!plan) throw new Error(JSON.stringify(problems));
  return plan;
}
