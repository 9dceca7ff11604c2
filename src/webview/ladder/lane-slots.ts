import type { LaneView } from '../../panel-protocol/messages.ts';

export type Role = LaneView['role'];

/** What stands in the place of a lane: one node, or those of a role that are folded into one narrow lane. */
export type LaneSlot =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'folded'; readonly role: Role; readonly nodes: readonly number[] }
  /** Behind the lanes of a role that the reader unfolded: what folds them again. */
  | { readonly kind: 'fold'; readonly role: Role };

/** Pixels that a node's lane needs, and those of a folded one. */
export const LEAST_GAP = 68;
export const FOLDED_GAP = 46;
const FOLD_GAP = 26;
/** Fewer lanes than two show no arrow. */
const FEWEST = 2;

export const isNarrow = ({ kind }: LaneSlot): boolean => kind !== 'node';

/** Pixels of a slot whose lane is not a node's. */
export function narrowWidth({ kind }: LaneSlot): number {
  return kind === 'fold' ? FOLD_GAP : FOLDED_GAP;
}

export function nodeSlots(order: readonly number[]): LaneSlot[] {
  return order.map((node) => ({ kind: 'node', node }));
}

/**
 * As many lanes as there is room for; the others fold, role by role, each where its last one would stand.
 * @param order The nodes in lane order.
 * @param room Pixels between the gutter and the margin.
 * @param unfolded Roles all of whose lanes are to be there, whether there is room or not.
 * @param rankOf How much a node is wanted: the lowest first. Asked only when not all have room.
 */
export function laneSlots(
  nodes: readonly LaneView[],
  order: readonly number[],
  room: number,
  unfolded: readonly Role[],
  rankOf: () => (node: number) => number,
): LaneSlot[] {
  if (order.length * LEAST_GAP <= room) return nodeSlots(order);
  const rank = rankOf();
  const isKept = (node: number) => unfolded.includes(nodes[node]!.role);
  const byRank = order.filter((node) => !isKept(node)).toSorted((a, b) => rank(a) - rank(b));
  const kept = order.length - byRank.length;
  for (let count = Math.min(byRank.length, Math.floor(room / LEAST_GAP)); ; count--) {
    const slots = foldAllBut(nodes, order, new Set(byRank.slice(0, count)), unfolded);
    if (count + kept <= FEWEST || count === 0 || leastWidth(slots) <= room) return slots;
  }
}

function leastWidth(slots: readonly LaneSlot[]): number {
  return slots.reduce((sum, slot) => sum + (isNarrow(slot) ? narrowWidth(slot) : LEAST_GAP), 0);
}

function foldAllBut(
  nodes: readonly LaneView[],
  order: readonly number[],
  shown: ReadonlySet<number>,
  unfolded: readonly Role[],
): LaneSlot[] {
  const roleOf = (node: number) => nodes[node]!.role;
  const last = new Map(order.map((node) => [roleOf(node), node]));
  const first = new Map(order.toReversed().map((node) => [roleOf(node), node]));
  const folded = new Map<Role, number[]>();
  for (const node of order) {
    const role = roleOf(node);
    if (shown.has(node) || unfolded.includes(role)) continue;
    folded.set(role, [...(folded.get(role) ?? []), node]);
  }
  return order.flatMap((node): LaneSlot[] => {
    const role = roleOf(node);
    const others = folded.get(role) ?? [];
    if (others.at(-1) === node) return [{ kind: 'folded', role, nodes: others }];
    if (others.includes(node)) return [];
    // One alone would not be folded.
    const ends = unfolded.includes(role) && last.get(role) === node && first.get(role) !== node;
    return ends ? [...nodeSlots([node]), { kind: 'fold', role }] : nodeSlots([node]);
  });
}
