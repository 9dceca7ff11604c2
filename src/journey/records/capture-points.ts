import type { PlannedNode } from '../../lab/topology/plan.ts';

/** What is known about who recorded. */
export interface Recorders {
  /** Where frames were captured, `NODE.SEGMENT` each; at every interface of every node when left out. */
  readonly points?: ReadonlySet<string>;
  /** Of these, the ones whose recorder counted what it missed, and missed nothing. */
  readonly whole?: ReadonlySet<string>;
  /** How wrong a node's clock may be, in nanoseconds either way; 0 when left out. */
  readonly clockErrorsNs?: ReadonlyMap<string, number>;
}

/** Where frames were captured. What happened anywhere else cannot be known, and is not said to have failed. */
export class CapturePoints {
  readonly #recorders: Recorders;

  constructor(recorders: Recorders = {}) {
    this.#recorders = recorders;
  }

  /** Every interface of the node: whatever came to it and left it. */
  hasAll({ name, interfaces }: PlannedNode): boolean {
    return this.#recorders.points === undefined || interfaces.every(({ segment }) => this.has(name, segment));
  }

  has(node: string, segment: string): boolean {
    return this.#recorders.points === undefined || this.#recorders.points.has(`${node}.${segment}`);
  }

  /** The recorder itself says that it missed nothing there. */
  isWhole(node: string, segment: string): boolean {
    return this.#recorders.whole?.has(`${node}.${segment}`) === true;
  }

  clockErrorNs(node: string): number {
    return this.#recorders.clockErrorsNs?.get(node) ?? 0;
  }
}
