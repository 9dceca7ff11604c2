import { PanelFeed } from '../../../src/extension/core/panel/panel-feed.ts';
import { brokenCard } from '../../../src/extension/core/first-run/after-break.ts';
import { breakIt } from '../../../src/extension/core/first-run/break-it.ts';
import { firstRunCards } from '../../../src/extension/core/first-run/cards.ts';
import { TopologyText } from '../../../src/extension/core/language/topology-text.ts';
import { lessonView } from '../../../src/extension/core/lessons/view.ts';
import { localeOf } from '../../../src/l10n/translate.ts';
import { makeTranslate } from '../../support/translate.ts';
import type { MysteryId } from '../../../src/mystery/mystery.ts';
import type { HostMessage, ViewMessage } from '../../../src/panel-protocol/messages.ts';
import { RowTable } from '../../../src/webview/records/row-table.ts';
import { EmbeddedRecording } from '../support/embedded-recording.ts';

/** The editor's side, in the page itself: the real feed over labs run in memory. Bundled for the browser by the tests. */
const messages: ViewMessage[] = [];
const saved: { format: string; data: Uint8Array }[] = [];
/** The language of the editor, and the file in it. */
let locale = 'en';
let topology = '';
/** Why nothing can be written, if so. */
let refusal: string | undefined;
let kept: Readonly<Record<string, unknown>> | undefined;
let feed: PanelFeed | undefined;
let recording: EmbeddedRecording | undefined;
/** What the panel has been sent, and which batch of it was the last: it has all when it has acknowledged that one. */
const sent = new RowTable();
let lastSent = 0;
let lastAcknowledged = 0;

const fakeHost = {
  messages,
  saved,
  /** Begins with a topology; call it before the panel's script runs, or after, as for another lab. */
  show(text: string | undefined, file: string, language: string, mystery?: MysteryId): void {
    locale = language;
    topology = text ?? '';
    const translate = makeTranslate(localeOf(language));
    feed ??= new PanelFeed({
      translate,
      locale: localeOf(language),
      // As the editor does it: a copy, later.
      post: (message: HostMessage) => {
        if (message.type === 'hello') {
          sent.clear();
          lastSent = lastAcknowledged = 0;
        } else if (message.type === 'rows') {
          sent.take(message);
          lastSent = message.sequence;
        }
        const data = structuredClone(message);
        queueMicrotask(() => dispatchEvent(new MessageEvent('message', { data })));
      },
      act: () => undefined,
      open: () => undefined,
      save: (format, data) => {
        if (refusal !== undefined) return Promise.reject(new Error(refusal));
        saved.push({ format, data });
        return Promise.resolve(`saved.${format}`);
      },
      keep: (view) => void (kept = view),
      kept: () => kept,
      log: (message) => messages.push({ type: 'failed', message }),
    });
    recording = text === undefined ? undefined : new EmbeddedRecording(text, file, translate, mystery).run();
    feed.show(recording);
  },
  refuseToSave: (why: string | undefined) => void (refusal = why),
  save: (text: string) => recording!.save(text),
  /** The cards of the first run, as the editor shows them beside an example. */
  beginFirstRun(): void {
    const { builder, plan } = recording!;
    feed!.showCards(firstRunCards(builder.report(), plan, new Set(), makeTranslate(localeOf(locale))));
  },
  /** What the third card does for the reader, and the card after it. */
  async breakIt(): Promise<void> {
    const { start, end, text } = breakIt(new TopologyText(topology, 'dr.lblab.yaml'), 'rs1')!;
    await recording!.save(topology.slice(0, start) + text + topology.slice(end));
    await recording!.lab.request();
    recording!.run();
    const epoch = recording!.plans.at(-1)!.epoch;
    const translate = makeTranslate(localeOf(locale));
    const card = brokenCard(recording!.builder.report(), epoch, true, translate);
    feed!.showCards(card ? [card] : []);
  },
  /** Tells the panel how far the lesson is, as the editor does. */
  judge(): void {
    const expect = recording?.plan.expect;
    if (!recording || !expect) return feed!.showLesson(undefined);
    const { builder, changes, plans, file, lineOf } = recording;
    feed!.showLesson(
      lessonView(
        file.replace('lessons/', ''),
        { report: () => builder.report(), changes, plans },
        expect,
        lineOf,
        makeTranslate(localeOf(locale)),
      ),
    );
  },
  /** Whether the panel has every row that the recording's report has. */
  get isSettled(): boolean {
    if (!recording) return true;
    const { flows } = recording.builder.report();
    return (
      lastSent === lastAcknowledged &&
      sent.flowCount === flows.length &&
      flows.every(({ id, journeys }) => sent.journeyIds(id).length === journeys.length)
    );
  },
  get recording() {
    return recording;
  },
  get feed() {
    return feed!;
  },
};

export type FakeHost = typeof fakeHost;

Object.assign(globalThis, {
  fakeHost,
  acquireVsCodeApi: () => ({
    postMessage: (message: ViewMessage) => {
      messages.push(structuredClone(message));
      if (message.type === 'ack') lastAcknowledged = message.sequence;
      queueMicrotask(() => feed?.receive(message));
    },
  }),
});
