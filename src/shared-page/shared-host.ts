import { PanelFeed } from '../extension/core/panel/panel-feed.ts';
import { sharedLab } from '../extension/core/share/shared-lab.ts';
import type { SharedRecording } from '../extension/core/share/shared-recording.ts';
import { loadTranslate, type Locale, type Translate } from '../l10n/translate.ts';
import type { HostMessage, ViewMessage } from '../panel-protocol/messages.ts';
import { download } from './download.ts';

/** The editor's side of the panel in a page of its own: the same feed, over the recording that came with the page. */
export class SharedHost {
  readonly #shared: SharedRecording;
  #feed: PanelFeed | undefined;
  #view: Readonly<Record<string, unknown>> | undefined;

  constructor(shared: SharedRecording) {
    this.#shared = shared;
    this.#view = shared.head.view;
  }

  /** Begins anew in that language; rejects when the recording cannot be read. */
  async speak(locale: Locale): Promise<Translate> {
    const translate = await loadTranslate(locale);
    const recording = await this.#shared.recording(translate);
    if (!recording) throw new Error(translate('panel.shared.unreadable'));
    this.#feed?.dispose();
    this.#feed = new PanelFeed({
      translate,
      locale,
      post,
      act: () => undefined,
      open: () => undefined,
      save: (format, data) => {
        const file = `${recording.head.plan.lab}.${format}`;
        download(file, data);
        return Promise.resolve(file);
      },
      keep: (view) => void (this.#view = view),
      kept: () => this.#view,
      log: () => undefined,
    });
    this.#feed.show(sharedLab(recording, this.#shared.head.file));
    this.#feed.receive({ type: 'ready' });
    return translate;
  }

  /** What the panel says; before the first language is there, only that it is ready, which is known. */
  receive(message: ViewMessage): void {
    if (message.type !== 'ready') this.#feed?.receive(message);
  }
}

/** As the editor does it: later. */
function post(data: HostMessage): void {
  queueMicrotask(() => dispatchEvent(new MessageEvent('message', { data })));
}
