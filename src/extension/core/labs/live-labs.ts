import type { LiveLab, LiveState } from '../language/live-lab.ts';
import type { Labs } from './labs.ts';

/** At most this often the editor is told of news. */
const PACE_MS = 500;

/** What running labs tell the editor of topology files. */
export class LiveLabs implements LiveLab {
  readonly #labs: Labs;

  constructor(labs: Labs) {
    this.#labs = labs;
  }

  of(uri: string): LiveState | undefined {
    const session = this.#labs.of(uri);
    if (!session?.run.isRunning) return undefined;
    return {
      get flowCount() {
        return session.recording.builder.flowCount;
      },
      text: session.version.text,
      nodeState: (node) => session.nodeState(node),
      serverShare: (service, server) => session.recording.opened.share(service, server),
    };
  }

  onDidChange(listener: (uri: string) => void): { dispose(): void } {
    const waiting = new Map<string, ReturnType<typeof setTimeout>>();
    const listening = this.#labs.onDidChange(({ session: { uri } }) => {
      if (waiting.has(uri)) return;
      const tell = () => {
        waiting.delete(uri);
        listener(uri);
      };
      waiting.set(uri, setTimeout(tell, PACE_MS));
    });
    return {
      dispose: () => {
        listening.dispose();
        for (const timer of waiting.values()) clearTimeout(timer);
      },
    };
  }
}
