import type { NodeEvent } from '../../lab/events.ts';

/** When each node was running, by what the engine said. A node it never spoke of is taken to run. */
export class NodeStates {
  readonly #changes = new Map<string, NodeEvent[]>();

  /** How many changes it knows of. */
  count = 0;

  /** In order of time. */
  add(event: NodeEvent): void {
    this.count++;
    const list = this.#changes.get(event.node);
    if (list) list.push(event);
    else this.#changes.set(event.node, [event]);
  }

  isUp(node: string, timeNs: number): boolean {
    const latest = this.#changes.get(node)?.findLast((event) => event.timeNs <= timeNs);
    return latest === undefined || latest.state === 'running' || latest.state === 'starting';
  }
}
