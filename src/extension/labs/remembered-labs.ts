import type { Engine } from '../../lab/engine.ts';
import type { Labs } from './labs.ts';

/** A lab that ran when the window was closed or loaded anew. */
export interface RememberedLab {
  readonly uri: string;
  readonly engine: Engine['name'];
  /** Of a Docker lab: its id in the labels, to take it up again. */
  readonly lab?: string;
  /** Of a Docker lab: the file as the lab runs it. */
  readonly text?: string;
}

/** What `vscode.Memento` is to code that knows `vscode`. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): unknown;
}

const KEY = 'labs.running';

/** Keeps in the workspace's memory which labs run. */
export function rememberRunning(labs: Labs, memory: Memory): void {
  const running = labs.running().map((session): RememberedLab => {
    const engine = session.runningEngine;
    const lab = engine && 'id' in engine ? String(engine.id) : undefined;
    const isDocker = session.engine === 'docker';
    return {
      ...{ uri: session.uri, engine: session.engine },
      ...(lab !== undefined && { lab }),
      ...(isDocker && { text: session.text }),
    };
  });
  const text = JSON.stringify(running);
  if (JSON.stringify(memory.get(KEY) ?? []) !== text) memory.update(KEY, running);
}

/** Which labs ran last; whatever else stands there is ignored. */
export function rememberedLabs(memory: Memory): RememberedLab[] {
  const value = memory.get(KEY);
  if (!Array.isArray(value)) return [];
  return value.filter(isRemembered);
}

/**
 * Whether the lab may go on, or begin again, with what its file says now. On Docker a file makes containers: one that
 * somebody else may have changed while nobody looked on is not run unasked.
 */
export function mayGoOnUnasked({ engine, text }: RememberedLab, now: string): boolean {
  return engine !== 'docker' || text === now;
}

function isRemembered(one: unknown): one is RememberedLab {
  if (typeof one !== 'object' || one === null) return false;
  const { uri, engine, lab, text } = one as Record<string, unknown>;
  return (
    typeof uri === 'string' &&
    (engine === 'embedded' || engine === 'docker') &&
    (lab === undefined || typeof lab === 'string') &&
    (text === undefined || typeof text === 'string')
  );
}
