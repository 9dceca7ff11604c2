import type { Locale, Translate } from '../../../l10n/translate.ts';
import type {
  Action,
  Answer,
  Card,
  ExportFormat,
  FileView,
  HostMessage,
  LabEntry,
  LessonView,
  Question,
} from '../../../panel-protocol/messages.ts';
import type { LabState } from '../../../lab/lab-state.ts';
import type { Place } from '../../../lab/place.ts';
import type { PageContent } from '../share/shared-page.ts';
import { connectionRow } from './connection-row.ts';
import { exportRecording } from './export-recording.ts';
import { measuredTimes } from './measured-times.ts';
import { hopDetails } from './hop-details.ts';
import type { ShownLab } from './shown-lab.ts';
import { Showing } from './showing.ts';
import { stepAnswer } from './step-answer.ts';
import { panelTexts } from './panel-texts.ts';
import { tablesThen } from './tables-then.ts';
import { asViewMessage } from './view-message.ts';
import { visibleMessage } from './visible-message.ts';

export interface PanelFeedOptions {
  readonly translate: Translate;
  readonly locale: Locale;
  readonly post: (message: HostMessage) => void;
  /** Buttons of the panel. */
  readonly act: (action: Action) => void;
  /** Shows a place in the topology file without taking focus. */
  readonly open: (place: Place) => void;
  /** Asks where to save, and writes; resolves to the file's name, or `undefined` when the user thought better of it. */
  readonly save: (format: ExportFormat, data: Uint8Array) => Promise<string | undefined>;
  /** Makes a page with the panel in it; left out where none can be made. */
  readonly makePage?: (content: PageContent) => Promise<string>;
  /** What the view wants to find again at its next show; and what it left last time. */
  readonly keep: (view: Readonly<Record<string, unknown>>) => void;
  readonly kept: () => Readonly<Record<string, unknown>> | undefined;
  readonly log: (message: string) => void;
  /** Something of the lab on show is opened. */
  readonly looked?: (kind: 'ladder' | 'table' | 'capture') => void;
}

/** The host's side of the panel's protocol: told which recording to show, it keeps the view up to date. */
export class PanelFeed {
  readonly #options: PanelFeedOptions;
  #lab: ShownLab | undefined;
  #emptyState: LabState = { kind: 'none', reason: 'not-running' };
  #showing: Showing | undefined;
  #ready = false;
  #cards: readonly Card[] = [];
  #lesson: LessonView | undefined;
  #highlighted: readonly string[] = [];
  #file: FileView = { unsaved: false };
  #labs: Extract<HostMessage, { readonly type: 'labs' }> = { type: 'labs', labs: [], pinned: false };

  constructor(options: PanelFeedOptions) {
    this.#options = { ...options, post: (message) => options.post(visibleMessage(message)) };
  }

  /** @param state What to say when there is no recording. */
  show(lab: ShownLab | undefined, state?: LabState): void {
    if (state) this.#emptyState = state;
    if (lab && lab === this.#lab) return;
    this.#lab = lab;
    if (this.#ready) this.#begin();
  }

  /** The first-run cards; empty when there are none to show. */
  showCards(cards: readonly Card[]): void {
    this.#cards = cards;
    this.#post({ type: 'cards', cards });
  }

  /** The lesson that the file on show is; undefined where it is none. */
  showLesson(lesson: LessonView | undefined): void {
    // It is judged with every burst of frames, and says the same most of the time.
    if (JSON.stringify(lesson) === JSON.stringify(this.#lesson)) return;
    this.#lesson = lesson;
    this.#post({ type: 'lesson', lesson });
  }

  /** How the file of the lab on show stands to it. */
  showFile(file: FileView): void {
    if (JSON.stringify(file) === JSON.stringify(this.#file)) return;
    this.#file = file;
    this.#post({ type: 'file', file });
  }

  /** The labs that the panel can be turned to. */
  showLabs(labs: readonly LabEntry[], pinned: boolean): void {
    const message = { type: 'labs', labs, pinned } as const;
    if (JSON.stringify(message) === JSON.stringify(this.#labs)) return;
    this.#labs = message;
    this.#post(message);
  }

  /** Lights the lanes of these nodes and segments. */
  highlight(names: readonly string[]): void {
    this.#highlighted = names;
    this.#post({ type: 'highlight', names });
  }

  /** @param said By the view, as it came. */
  receive(said: unknown): void {
    const { act, open, keep, log } = this.#options;
    const message = asViewMessage(said);
    if (!message) return log('a message that the view does not send');
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        // A view that still predicts says so when it has its lab.
        act({ kind: 'predict', on: false });
        return this.#begin();
      case 'ack':
        return this.#showing?.acknowledge(message.sequence);
      case 'ask':
        return void this.#reply(message.id, message.question);
      case 'do':
        return act(message.action);
      case 'open':
        return open(message.place);
      case 'keep':
        return keep(message.view);
      case 'failed':
        return log(message.message);
    }
  }

  dispose(): void {
    this.#ready = false;
    this.#showing?.dispose();
    this.#showing = undefined;
  }

  #begin(): void {
    const { locale, translate, kept } = this.#options;
    this.#showing?.dispose();
    this.#showing = undefined;
    this.#post({ type: 'hello', locale, texts: panelTexts(translate), view: kept() });
    this.#post({ type: 'cards', cards: this.#cards });
    this.#post({ type: 'lesson', lesson: this.#lesson });
    this.#post({ type: 'file', file: this.#file });
    this.#post(this.#labs);
    if (this.#lab) {
      this.#showing = new Showing(this.#lab, translate, this.#options.post);
      this.#options.looked?.('ladder');
    } else {
      this.#post({ type: 'lab', lab: undefined });
      this.#post({ type: 'state', state: this.#emptyState });
    }
    this.#post({ type: 'highlight', names: this.#highlighted });
  }

  async #reply(id: number, question: Question): Promise<void> {
    try {
      this.#post({ type: 'reply', id, answer: await this.#answer(question) });
    } catch (error) {
      this.#post({ type: 'reply', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #answer(question: Question): Promise<Answer> {
    const { translate, locale, save, kept, makePage } = this.#options;
    const lab = this.#lab;
    const showing = this.#showing;
    if (!lab || !showing) throw new Error(translate('panel.no-lab'));
    switch (question.kind) {
      case 'hop':
        return {
          kind: 'hop',
          details: await hopDetails(lab, showing.journey(question.journey), question.hop, translate),
        };
      case 'step': {
        if (lab.sealed) throw new Error(translate('mystery.closed'));
        const fields = stepAnswer(lab, showing.journey(question.journey), question.hop, translate);
        return { kind: 'step', fields };
      }
      case 'tables':
        return { kind: 'tables', tables: tablesThen(lab, question.node, question.untilNs) };
      case 'connections':
        this.#options.looked?.('table');
        return { kind: 'connections', rows: (await lab.connections(question.node)).map(connectionRow) };
      case 'forwarding-times':
        return { kind: 'forwarding-times', times: await measuredTimes() };
      case 'export': {
        const data = await exportRecording(lab, showing.report, question, {
          translate,
          locale,
          view: kept(),
          makePage: makePage ?? (() => Promise.reject(new Error(translate('panel.export.failed')))),
        });
        if (question.format === 'pcapng') this.#options.looked?.('capture');
        return { kind: 'export', file: await save(question.format, data) };
      }
    }
  }

  #post(message: HostMessage): void {
    if (this.#ready) this.#options.post(message);
  }
}
