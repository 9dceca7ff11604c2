import type { Plan, PlannedNode } from '../../../lab/topology/plan.ts';

/** An interface, by its node and segment. */
export interface Attachment {
  readonly node: string;
  readonly segment: string;
}

/** Interfaces taken off their segments by hand: they are down whatever the file says, until they are plugged in again. */
export class Unplugged {
  #off: readonly Attachment[] = [];

  get all(): readonly Attachment[] {
    return this.#off;
  }

  has(node: string, segment: string): boolean {
    return this.#off.some((one) => one.node === node && one.segment === segment);
  }

  set({ node, segment }: Attachment, off: boolean): void {
    const others = this.#off.filter((one) => one.node !== node || one.segment !== segment);
    this.#off = off ? [...others, { node, segment }] : others;
  }

  /** These and no others. */
  reset(off: readonly Attachment[]): void {
    this.#off = off;
  }

  /** The plan as the lab is to run it. */
  over(plan: Plan): Plan {
    if (this.#off.length === 0) return plan;
    const events = plan.events?.map((event) => ({
      ...event,
      changes: event.changes.map((change) =>
        change.kind === 'node-changed' || change.kind === 'node-added'
          ? { ...change, node: this.#overNode(change.node) }
          : change,
      ),
    }));
    return { ...plan, nodes: plan.nodes.map((node) => this.#overNode(node)), ...(events && { events }) };
  }

  #overNode(node: PlannedNode): PlannedNode {
    const interfaces = node.interfaces.map((one) =>
      this.has(node.name, one.segment) ? { ...one, down: true } : one,
    );
    return { ...node, interfaces };
  }
}
