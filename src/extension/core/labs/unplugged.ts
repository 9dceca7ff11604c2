import type { Plan, PlannedNode } from '../../../lab/topology/plan.ts';

/** An interface, by its node and segment. */
export interface Port {
  readonly node: string;
  readonly segment: string;
}

/** Interfaces taken off their segments by hand: they are down whatever the file says, until they are plugged in again. */
export class Unplugged {
  #ports: readonly Port[] = [];

  get all(): readonly Port[] {
    return this.#ports;
  }

  has(node: string, segment: string): boolean {
    return this.#ports.some((one) => one.node === node && one.segment === segment);
  }

  set({ node, segment }: Port, off: boolean): void {
    const others = this.#ports.filter((one) => one.node !== node || one.segment !== segment);
    this.#ports = off ? [...others, { node, segment }] : others;
  }

  /** These and no others. */
  reset(ports: readonly Port[]): void {
    this.#ports = ports;
  }

  /** The plan as the lab is to run it. */
  over(plan: Plan): Plan {
    if (this.#ports.length === 0) return plan;
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
    const interfaces = node.interfaces.map((port) =>
      this.has(node.name, port.segment) ? { ...port, down: true } : port,
    );
    return { ...node, interfaces };
  }
}
