import type { Plan } from '../../lab/topology/plan.ts';

/** Interfaces taken off their segments by hand: they are down whatever the file says, until they are plugged in again. */
export class Unplugged {
  readonly #ports = new Set<string>();

  has(node: string, segment: string): boolean {
    return this.#ports.has(keyOf(node, segment));
  }

  set(node: string, segment: string, off: boolean): void {
    if (off) this.#ports.add(keyOf(node, segment));
    else this.#ports.delete(keyOf(node, segment));
  }

  clear(): void {
    this.#ports.clear();
  }

  /** The plan as the lab is to run it. */
  over(plan: Plan): Plan {
    if (this.#ports.size === 0) return plan;
    const nodes = plan.nodes.map((node) => ({
      ...node,
      interfaces: node.interfaces.map((port) =>
        this.has(node.name, port.segment) ? { ...port, down: true } : port,
      ),
    }));
    return { ...plan, nodes };
  }
}

/** No name has a space. */
function keyOf(node: string, segment: string): string {
  return `${node} ${segment}`;
}
