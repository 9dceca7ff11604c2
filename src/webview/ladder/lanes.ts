import type { LaneView } from '../../panel-protocol/messages.ts';

/** What the reader chose: lanes moved to the front in this order, and lanes put away. By name. */
export interface LaneChoice {
  readonly order: readonly string[];
  readonly hidden: readonly string[];
}

/** Lanes in the order they are drawn, as indices of the lab's nodes; gone ones only while something still names them. */
export function laneOrder(nodes: readonly LaneView[], { order, hidden }: LaneChoice): number[] {
  const place = new Map(order.map((name, index) => [name, index]));
  const rank = (index: number): number =>
    place.get(nodes[index]!.name) ?? order.length + nodes[index]!.position;
  return nodes
    .map((_, index) => index)
    .filter((index) => !hidden.includes(nodes[index]!.name))
    .sort((a, b) => rank(a) - rank(b));
}
