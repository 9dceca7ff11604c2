import { readdirSync, readFileSync } from 'node:fs';
import { PanelFeed } from '../../../src/extension/core/panel/panel-feed.ts';
import type { Locale } from '../../../src/l10n/translate.ts';
import { makeTranslate } from '../../support/translate.ts';
import { Names } from '../../../src/webview/names.ts';
import type { HostMessage, RowsMessage } from '../../../src/panel-protocol/messages.ts';
import { RowTable } from '../../../src/webview/records/row-table.ts';
import type { WordSource } from '../../../src/webview/rows/row-words.ts';
import { makeText } from '../../../src/webview/text.ts';
import { EmbeddedRecording } from './embedded-recording.ts';

const examples = new URL('../../../examples/', import.meta.url);

/** Every example and lesson that has a plan: `dr`, `lessons/vip-missing`. */
export const exampleNames = [
  ...namesIn(''),
  ...namesIn('lessons/').filter((name) => name !== 'lessons/dr-across-router'),
];

function namesIn(folder: string): string[] {
  return readdirSync(new URL(folder, examples))
    .filter((name) => name.endsWith('.lblab.yaml'))
    .map((name) => folder + name.replace('.lblab.yaml', ''));
}

export function exampleText(name: string): string {
  return readFileSync(new URL(`${name}.lblab.yaml`, examples), 'utf8');
}

/** The feed with a view that takes what it is sent, without a page. */
export class Mirror {
  readonly recording: EmbeddedRecording;
  readonly messages: HostMessage[] = [];
  readonly table = new RowTable();
  readonly feed: PanelFeed;
  readonly saved: Uint8Array[] = [];
  /** Whether batches are acknowledged as they come. */
  acknowledges = true;

  constructor(text: string, name: string, locale: Locale = 'en') {
    const translate = makeTranslate(locale);
    this.recording = new EmbeddedRecording(text, `${name}.lblab.yaml`, translate);
    this.feed = new PanelFeed({
      translate,
      locale,
      post: (message) => this.#take(message),
      act: () => undefined,
      open: () => undefined,
      save: (_format, data) => Promise.resolve((this.saved.push(data), 'file')),
      keep: () => undefined,
      kept: () => undefined,
      log: () => undefined,
    });
  }

  /** Shows the recording run to its end. */
  show(): this {
    this.recording.run();
    this.feed.show(this.recording);
    this.feed.receive({ type: 'ready' });
    return this;
  }

  get batches(): RowsMessage[] {
    return this.messages.filter((message) => message.type === 'rows');
  }

  last<Type extends HostMessage['type']>(type: Type): Extract<HostMessage, { readonly type: Type }> {
    const found = this.messages.findLast((message) => message.type === type);
    return found as Extract<HostMessage, { readonly type: Type }>;
  }

  get lab() {
    return this.last('lab').lab!;
  }

  words(values = false): WordSource {
    const text = makeText(this.last('hello').texts);
    return {
      table: this.table,
      names: new Names(this.lab, values),
      text,
      changes: this.last('changes')?.changes ?? [],
    };
  }

  #take(message: HostMessage): void {
    this.messages.push(structuredClone(message));
    if (message.type === 'hello') this.table.clear();
    if (message.type !== 'rows') return;
    this.table.take(message);
    if (this.acknowledges)
      queueMicrotask(() => this.feed.receive({ type: 'ack', sequence: message.sequence }));
  }
}

/** After all that a mirror is being sent has come. */
export async function quiet(mirror?: Mirror): Promise<void> {
  for (let count = -1; mirror?.messages.length !== count;) {
    count = mirror?.messages.length ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 15));
    if (!mirror) return;
  }
}
