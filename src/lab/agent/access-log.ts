import { readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { parseIpv4 } from '../../packet/address.ts';
import type { SeenClient } from '../node-state.ts';

/** As the embedded engine's servers keep it. */
const MOST_KEPT = 1000;
const LARGEST = 4_000_000;
const LOOK_MS = 5000;

/**
 * Who asked, out of the file that nginx appends `ADDRESS:PORT AT` to. A file, for the pipe of a child's output is a
 * socket here, and nginx cannot open that; it is emptied when it has grown, which an appending writer does not mind.
 */
export class AccessLog {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  constructor(path: string) {
    this.#path = path;
    rmSync(path, { force: true });
    this.#timer = setInterval(() => this.#shorten(), LOOK_MS);
    this.#timer.unref();
  }

  read(): SeenClient[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'latin1');
    } catch {
      return [];
    }
    return seenClients(text);
  }

  #shorten(): void {
    try {
      if (statSync(this.#path).size > LARGEST) truncateSync(this.#path);
    } catch {
      // Nobody has asked yet.
    }
  }
}

/** The last thousand of the lines; one that is no such line counts for nothing. */
export function seenClients(text: string): SeenClient[] {
  const lines = text.split('\n').slice(-MOST_KEPT - 1);
  return lines.flatMap((line) => {
    const [, from = '', port, on = ''] = /^([\d.]+):(\d+) ([\d.]+)$/.exec(line) ?? [];
    const [address, at] = [parseIpv4(from), parseIpv4(on)];
    return address === undefined || at === undefined ? [] : [{ address, port: Number(port), at }];
  });
}
