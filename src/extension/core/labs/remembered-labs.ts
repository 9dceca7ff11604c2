import type { Engine } from '../../../lab/engine.ts';
import type { LabSession } from './lab-session.ts';
import type { Labs } from './labs.ts';
import type { Port } from './unplugged.ts';

/** A lab that ran when the window was closed or loaded anew. */
export interface RememberedLab {
  readonly uri: string;
  readonly engine: Engine['name'];
  /** Of a Docker lab: its id in the labels, to take it up again. */
  readonly lab?: string;
  /** Of a Docker lab: the file as the lab runs it. */
  readonly text?: string;
  /** Interfaces taken off their segments by hand. */
  readonly unplugged?: readonly Port[];
}

/** What `vscode.Memento` is to code that knows `vscode`. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): unknown;
}

const KEY = 'labs.running';

/** Keeps in the workspace's memory which labs run, and which are still to be taken up. */
export class RememberedLabs {
  readonly #labs: Labs;
  readonly #memory: Memory;
  /** By address: those that ran last and were not taken up yet. They stay remembered as they were. */
  readonly #waiting: Map<string, RememberedLab>;

  constructor(labs: Labs, memory: Memory) {
    this.#labs = labs;
    this.#memory = memory;
    this.#waiting = new Map(remembered(memory.get(KEY)).map((one) => [one.uri, one]));
  }

  /** Which labs are still to be taken up, each once. */
  *toTakeUp(): Generator<RememberedLab, void> {
    for (const one of [...this.#waiting.values()]) {
      yield one;
      // What could not be started is not tried again each time.
      this.#waiting.delete(one.uri);
      this.write();
    }
  }

  /** To be called when a lab's state has changed. */
  write(): void {
    const running = this.#labs.running();
    const waiting = [...this.#waiting.values()].filter(
      // One that runs is remembered as it runs; one that is only about to is not known well enough yet.
      ({ uri }) => !running.some((session) => session.uri === uri && session.run.isRunning),
    );
    const others = running.filter(({ uri }) => !waiting.some((one) => one.uri === uri));
    const value = [...waiting, ...others.map(memoryOf)];
    if (JSON.stringify(this.#memory.get(KEY) ?? []) !== JSON.stringify(value))
      this.#memory.update(KEY, value);
  }
}

/**
 * Whether the lab may go on, or begin again, with what its file says now. On Docker a file makes containers: one that
 * somebody else may have changed while nobody looked on is not run unasked.
 */
export function mayGoOnUnasked({ engine, text }: RememberedLab, now: string): boolean {
  return engine !== 'docker' || text === now;
}

function memoryOf({ uri, run, version }: LabSession): RememberedLab {
  const { engine, engineName, unplugged } = run;
  const lab = engine && 'id' in engine ? String(engine.id) : undefined;
  return {
    uri,
    engine: engineName,
    ...(lab !== undefined && { lab }),
    ...(engineName === 'docker' && { text: version.text }),
    ...(unplugged.all.length > 0 && { unplugged: unplugged.all }),
  };
}

/** Whatever else stands there is ignored. */
function remembered(value: unknown): RememberedLab[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown): RememberedLab[] => {
    if (typeof one !== 'object' || one === null) return [];
    const { uri, engine, lab, text, unplugged } = one as { readonly [Key in keyof RememberedLab]?: unknown };
    if (typeof uri !== 'string' || (engine !== 'docker' && engine !== 'embedded')) return [];
    const ports = Array.isArray(unplugged) ? unplugged.filter(isPort) : [];
    return [
      {
        uri,
        engine,
        ...(typeof lab === 'string' && { lab }),
        ...(typeof text === 'string' && { text }),
        ...(ports.length > 0 && { unplugged: ports }),
      },
    ];
  });
}

function isPort(value: unknown): value is Port {
  const { node, segment } = (value ?? {}) as { readonly node?: unknown; readonly segment?: unknown };
  return typeof node === 'string' && typeof segment === 'string';
}
