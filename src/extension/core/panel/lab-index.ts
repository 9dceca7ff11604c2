import { GROUP_MAC } from '../../../packet/vrrp.ts';
import type { Plan, PlannedNode, PlannedSegment } from '../../../lab/topology/plan.ts';
import { BROADCAST_MAC, type Mac } from '../../../packet/address.ts';
import { BROADCAST, NO_NODE } from '../../../panel-protocol/records.ts';

/** Numbers for nodes and segments that stay their own from plan to plan, so that records sent earlier stay true. */
export class LabIndex {
  readonly nodes: { plan: PlannedNode; gone: boolean }[] = [];
  readonly segments: { plan: PlannedSegment; gone: boolean }[] = [];
  readonly #nodeIndices = new Map<string, number>();
  readonly #segmentIndices = new Map<string, number>();
  readonly #owners = new Map<Mac, number>();

  /** To be called with every plan of the run, in order. */
  add(plan: Plan): void {
    merge(this.nodes, this.#nodeIndices, plan.nodes);
    merge(this.segments, this.#segmentIndices, plan.segments);
    for (const node of plan.nodes) {
      for (const { mac } of node.interfaces) this.#owners.set(mac, this.node(node.name));
    }
  }

  node(name: string): number {
    return numbered(this.#nodeIndices.get(name));
  }

  segment(name: string): number {
    return numbered(this.#segmentIndices.get(name));
  }

  ownerOf(mac: Mac): number {
    return mac === BROADCAST_MAC || mac === GROUP_MAC ? BROADCAST : (this.#owners.get(mac) ?? NO_NODE);
  }
}

/** One of more names than there are numbers is shown as none, not as another's. */
function numbered(index: number | undefined): number {
  return index === undefined || index >= BROADCAST ? NO_NODE : index;
}

function merge<T extends { readonly name: string }>(
  all: { plan: T; gone: boolean }[],
  indices: Map<string, number>,
  planned: readonly T[],
): void {
  for (const one of all) one.gone = true;
  for (const plan of planned) {
    const index = indices.get(plan.name);
    if (index !== undefined) all[index] = { plan, gone: false };
    else indices.set(plan.name, all.push({ plan, gone: false }) - 1);
  }
}
