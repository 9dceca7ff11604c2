import type { Translate } from '../../l10n/translate.ts';
import { JourneyBuilder } from '../../journey/journey-builder.ts';
import type { Report } from '../../journey/report.ts';
import type { Engine } from '../../lab/engine.ts';
import type { FrameEvent, LabEvent, NodeEvent, PlanEvent } from '../../lab/events.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { OpenedConnections } from './opened-connections.ts';
import type { RecordedChange } from './recorded-change.ts';

export interface RecordingLimits {
  readonly maxFrames: number;
  readonly maxBytes: number;
}

export interface RecordingHead {
  readonly engine: Engine['name'];
  /** ISO time with nine decimals: time 0 of the events. */
  readonly startedAt: string;
  /** That of the first epoch. */
  readonly plan: Plan;
}

/** Everything one lab has told, from its first start on. Frames are kept once, by the builder's ring. */
export class LabRecording {
  readonly head: RecordingHead;
  readonly builder: JourneyBuilder;
  /** Oldest first. */
  readonly plans: PlanEvent[] = [];
  readonly changes: RecordedChange[] = [];
  readonly opened = new OpenedConnections();
  /** What was told last about each node. */
  readonly nodes = new Map<string, NodeEvent>();
  readonly #limits: RecordingLimits;
  #others: Exclude<LabEvent, FrameEvent>[] = [];
  #frames = 0;
  #lastNs = 0;
  #added = 0;
  #report: { readonly of: number; readonly report: Report } | undefined;

  constructor(head: RecordingHead, limits: RecordingLimits, translate: Translate) {
    const { engine, startedAt, plan } = head;
    this.head = head;
    this.#limits = limits;
    this.builder = new JourneyBuilder(plan, { engine, startedAt, translate, ...limits });
  }

  get isEmpty(): boolean {
    return this.#added === 0;
  }

  /** Of the latest event. */
  get lastNs(): number {
    return this.#lastNs;
  }

  get epoch(): number {
    return this.plans.at(-1)?.epoch ?? 0;
  }

  add(event: LabEvent): void {
    this.#added += 1;
    this.#lastNs = Math.max(this.#lastNs, event.timeNs);
    this.builder.add(event);
    if (event.kind === 'frame') {
      this.#frames += 1;
      return;
    }
    this.#others.push(event);
    if (event.kind === 'node') this.nodes.set(event.node, event);
    if (event.kind === 'plan') this.plans.push(event);
    if (event.kind === 'decision') this.opened.add(event);
    // About as many decisions as frames come: with the frames they speak of, they go.
    if (this.#others.length > this.#limits.maxFrames * 2) this.#forgetDecisions();
  }

  frame(number: number): FrameEvent | undefined {
    return this.builder.frame(number);
  }

  /** All that is kept, in order of time. */
  events(): LabEvent[] {
    const frames: LabEvent[] = [];
    for (let number = 1; number <= this.#frames; number += 1) {
      const frame = this.frame(number);
      if (frame) frames.push(frame);
    }
    // Stable: a plan that begins with a frame's time is told before it.
    return [...this.#others, ...frames].sort((a, b) => a.timeNs - b.timeNs);
  }

  /** As of now; made again only when there is something new. */
  report(): Report {
    if (this.#report?.of !== this.#added) this.#report = { of: this.#added, report: this.builder.report() };
    return this.#report.report;
  }

  #forgetDecisions(): void {
    let oldest: FrameEvent | undefined;
    for (let number = 1; number <= this.#frames && !oldest; number += 1) oldest = this.frame(number);
    const sinceNs = oldest?.timeNs ?? this.#lastNs;
    this.#others = this.#others.filter(({ kind, timeNs }) => kind !== 'decision' || timeNs >= sinceNs);
  }
}
