import { totalsOf } from '../../../journey/request-totals.ts';
import type { Flow, Journey, Report, Request } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { HostMessage } from '../../../panel-protocol/messages.ts';
import { ChangeRows } from './change-rows.ts';
import { Derivation, type Derived } from './derive.ts';
import { LabIndex } from './lab-index.ts';
import { labView } from './lab-view.ts';
import type { ShownLab } from './shown-lab.ts';
import { RowStream } from './row-stream.ts';
import { StringTable } from './string-table.ts';

/** New frames are joined and sent at most this often. */
const PACE_MS = 60;

/** One recording on one view, from its `ready` to the next. */
export class Showing {
  readonly #lab: ShownLab;
  readonly #translate: Translate;
  readonly #post: (message: HostMessage) => void;
  readonly #index = new LabIndex();
  readonly #derivation: Derivation;
  readonly #rows: RowStream;
  readonly #changes: ChangeRows;
  readonly #subscription: { dispose(): void };
  /** What was last sent of each kind, so that the same is not sent twice. */
  readonly #sent = new Map<HostMessage['type'], string>();
  #plans = 0;
  /** In the order of their beginnings: the flows that a change of the file can stand between. */
  readonly #requests = new Map<number, Pick<Flow, 'id' | 'epoch' | 'startNs'>>();
  /** What was asked for and is kept, by number. */
  readonly #asked = new Map<number, Pick<Request, 'outcome' | 'times'>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(lab: ShownLab, translate: Translate, post: (message: HostMessage) => void) {
    this.#lab = lab;
    this.#translate = translate;
    this.#post = post;
    this.#changes = new ChangeRows(lab, translate);
    this.#derivation = new Derivation(lab.builder);
    const frame = (number: number) => lab.frame(number);
    this.#rows = new RowStream({ index: this.#index, strings: new StringTable(), translate, frame }, post);
    this.#subscription = lab.onDidChange(() => this.#soon());
    this.#update();
  }

  get report(): Report {
    return this.#lab.builder.report();
  }

  /** By number; throws for one that is gone. */
  journey(id: number): Journey {
    const journey = this.#lab.builder.journey(id);
    if (!journey) throw new Error(this.#translate('panel.gone'));
    return journey;
  }

  acknowledge(sequence: number): void {
    this.#rows.acknowledge(sequence);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#rows.dispose();
    clearTimeout(this.#timer);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#update();
    }, PACE_MS);
  }

  #update(): void {
    this.#addPlans();
    this.#once({ type: 'lab', lab: labView(this.#lab, this.#index) });
    this.#once({ type: 'state', state: this.#lab.state });
    const derived = this.#derivation.next();
    this.#rows.add(derived);
    this.#noteRequests(derived);
    const { promises, explanations, counters, skips } = derived;
    const requests = {
      ...totalsOf([...this.#asked.values(), ...derived.evictedRequests]),
      evicted: totalsOf(derived.evictedRequests).asked,
    };
    const frameNames = this.#frameNames(derived);
    this.#once({
      type: 'verdicts',
      ...{ promises, explanations, counters, requests },
      ...(frameNames && { frameNames }),
    });
    const changes = this.#changes.of([...this.#requests.values()], skips);
    this.#once({ type: 'changes', changes });
  }

  #frameNames({ promises, explanations }: Derived): Record<number, string> | undefined {
    const { captures } = this.#lab;
    if (!captures) return undefined;
    const shown = [...promises.map(({ evidence }) => evidence), ...explanations.map(({ frames }) => frames)];
    return Object.fromEntries(shown.flat().map((frame) => [frame, captures.frameName(frame)]));
  }

  #noteRequests({ reset, requests, removedRequests, flows, removedFlows }: Derived): void {
    if (reset) {
      this.#requests.clear();
      this.#asked.clear();
    }
    for (const id of removedRequests) this.#asked.delete(id);
    for (const { id, outcome, times = 1 } of requests) this.#asked.set(id, { outcome, times });
    for (const id of removedFlows) this.#requests.delete(id);
    for (const { flow } of flows) {
      if (flow.kind === 'arp' || flow.kind === 'other') continue;
      this.#requests.set(flow.id, { id: flow.id, epoch: flow.epoch, startNs: flow.startNs });
    }
  }

  #addPlans(): void {
    const { plan, plans } = this.#lab;
    if (plans.length === 0) this.#index.add(plan);
    for (; this.#plans < plans.length; this.#plans++) this.#index.add(plans[this.#plans]!.plan);
  }

  #once(message: HostMessage): void {
    const text = JSON.stringify(message);
    if (this.#sent.get(message.type) === text) return;
    this.#sent.set(message.type, text);
    this.#post(message);
  }
}
