import type { Engine } from '../../lab/engine.ts';
import type { Labs } from './labs.ts';

/** A lab that ran when the window was closed or loaded anew. */
export interface RememberedLab {
  readonly uri: string;
  readonly engine: Engine['name'];
  /** Of a Docker lab: its id in the labels, to take it up again. */
  readonly lab?: string;
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
    return { uri: session.uri, engine: session.engine, ...(lab !== undefined && { lab }) };
  });
  const text = JSON.stringify(running);
  if (JSON.stringify(memory.get(KEY) ?? []) !== text) memory.update(KEY, running);
}

/** Which labs ran last; whatever else stands there is ignored. */
export function rememberedLabs(memory: Memory): RememberedLab[] {
  const value = memory.get(KEY);
  if (!Array.isArray(value)) return [];
  return value.filter(
    (one: unknown): one is RememberedLab =>
      typeof one === 'object' &&
      one !== null &&
      'uri' in one &&
      typeof one.uri === 'string' &&
      'engine' in one,
  );
}
