import type { PlannedNode } from '../../lab/topology/plan.ts';

/** Where frames were captured. What happened anywhere else cannot be known, and is not said to have failed. */
export class CapturePoints {
  readonly #names: ReadonlySet<string> | undefined;

  /** @param names `NODE.SEGMENT` each; every interface of every node when left out. */
  constructor(names?: ReadonlySet<string>) {
    this.#names = names;
  }

  /** Every interface of the node: whatever came to it and left it. */
  hasAll({ name, interfaces }: PlannedNode): boolean {
    return this.#names === undefined || interfaces.every(({ segment }) => this.has(name, segment));
  }

  has(node: string, segment: string): boolean {
    return this.#names === undefined || this.#names.has(`${node}.${segment}`);
  }
}
