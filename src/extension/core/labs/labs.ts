import type { TopologyTexts } from '../language/topology-texts.ts';
import type { LabSession, SessionParts } from './lab-session.ts';
import { Listeners } from './listeners.ts';
import type { RecordingNews } from './recorded-change.ts';

export interface LabFile {
  /** The file's address, as text: what a lab is known by. */
  readonly uri: string;
  /** Without folders. */
  readonly name: string;
  readonly text: string;
}

interface LabsParts extends Pick<SessionParts, 'translate' | 'limits' | 'mysteryOf'> {
  readonly texts: () => Promise<TopologyTexts>;
}

export interface LabsChange {
  readonly session: LabSession;
  readonly news: RecordingNews | 'added' | 'removed';
}

/** All labs of this window, one for each topology file that was started. */
export class Labs {
  readonly #parts: LabsParts;
  readonly #sessions = new Map<string, LabSession>();
  readonly #listeners = new Listeners<LabsChange>();
  readonly onDidChange = this.#listeners.add;

  constructor(parts: LabsParts) {
    this.#parts = parts;
  }

  all(): readonly LabSession[] {
    return [...this.#sessions.values()];
  }

  running(): readonly LabSession[] {
    return this.all().filter(({ run: { state } }) => state.kind === 'running' || state.kind === 'starting');
  }

  of(uri: string): LabSession | undefined {
    return this.#sessions.get(uri);
  }

  /** Whether something is hidden under this file. */
  isMystery(uri: string): boolean {
    return this.#parts.mysteryOf?.(uri) !== undefined;
  }

  /** The file's session, made when there is none yet. Rejects with a `LabFailure` when the file has errors. */
  async open({ uri, name, text }: LabFile): Promise<LabSession> {
    const existing = this.#sessions.get(uri);
    if (existing) return existing;
    // What runs a lab is loaded when the first one is wanted.
    const [{ LabSession }, texts] = await Promise.all([import('./lab-session.ts'), this.#parts.texts()]);
    const session =
      this.#sessions.get(uri) ?? new LabSession({ ...this.#parts, texts, uri, file: name }, text);
    if (this.#sessions.has(uri)) return session;
    this.#sessions.set(uri, session);
    session.onDidChange((news) => this.#listeners.tell({ session, news }));
    this.#listeners.tell({ session, news: 'added' });
    return session;
  }

  /** A session that never recorded anything is not kept. */
  discardEmpty(session: LabSession): void {
    if (session.run.state.kind !== 'none') return;
    this.#sessions.delete(session.uri);
    this.#listeners.tell({ session, news: 'removed' });
  }

  /** Leaves every lab: see `LabSession.leave`. Rejects with the first failure when all have been tried. */
  async leaveAll(): Promise<void> {
    const ends = await Promise.allSettled(this.all().map((session) => session.leave()));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
