import type { JourneyRecord } from '../records/journey-record.ts';

/** Bytes of IPv4 that came in to each node that forwards for a model. */
export class DirectorBytes {
  readonly #each = new Map<string, number>();

  /** @param sign -1 takes back what the packet added. */
  count({ director, directorBytes }: JourneyRecord, sign: 1 | -1): void {
    if (typeof director !== 'string') for (const [node, bytes] of director) this.#add(node, sign * bytes);
    else if (director !== '') this.#add(director, sign * directorBytes);
  }

  addAll(others: DirectorBytes): void {
    for (const [node, bytes] of others.#each) this.#add(node, bytes);
  }

  get sum(): number {
    return [...this.#each.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** By node; nodes without a byte are left out. */
  get each(): Record<string, number> {
    return Object.fromEntries([...this.#each].filter(([, bytes]) => bytes > 0));
  }

  #add(node: string, bytes: number): void {
    this.#each.set(node, (this.#each.get(node) ?? 0) + bytes);
  }
}
