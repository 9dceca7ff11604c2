import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Opened {
  /** From the question to the answer that the file is loaded. */
  readonly loadMs: number;
  /** From the question to the answer with the columns of every frame. */
  readonly framesMs: number;
  /** The most that the process ever had in memory. */
  readonly peakBytes: number;
  readonly frames: number;
}

/** A capture opened in Wireshark's engine, as its own programs open it; `undefined` where it is not installed. */
export async function openInSharkd(file: string): Promise<Opened | undefined> {
  if (spawnSync('sharkd', ['--version']).error) return undefined;
  const sharkd = spawn('sharkd', ['-'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: sharkd.stdout })[Symbol.asyncIterator]();
  let last = 0;
  const ask = async (method: string, params?: object): Promise<{ ms: number; answer: string }> => {
    const id = ++last;
    const began = performance.now();
    sharkd.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) })}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('sharkd has ended');
      if (value.startsWith(`{"jsonrpc":"2.0","id":${id},`))
        return { ms: performance.now() - began, answer: value };
    }
  };
  try {
    const load = await ask('load', { file });
    const list = await ask('frames');
    const status = readFileSync(`/proc/${sharkd.pid}/status`, 'utf8');
    const peak = Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? NaN);
    return {
      loadMs: load.ms,
      framesMs: list.ms,
      peakBytes: peak * 1024,
      frames: list.answer.match(/"num":/g)?.length ?? 0,
    };
  } finally {
    sharkd.stdin.end();
    sharkd.kill();
  }
}
