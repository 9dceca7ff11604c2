import type { Plan, PlanChange, PlannedNode } from './plan.ts';
import { sameData } from './same-data.ts';

/**
 * The steps from one plan to the next, in an order in which they can be applied. What is the same in both is not
 * mentioned, so two equal plans give no change.
 */
export function diffPlans(before: Plan, after: Plan): PlanChange[] {
  const changes: PlanChange[] = [];
  const lab = { lab: before.lab, model: before.model, expect: before.expect };
  if (!sameData(lab, { lab: after.lab, model: after.model, expect: after.expect })) {
    const { lab, model, expect } = after;
    changes.push({ kind: 'lab-changed', lab, model, ...(expect && { expect }) });
  }
  changes.push(...segmentChanges(before, after), ...nodeChanges(before, after));
  if (!sameData(before.services, after.services))
    changes.push({ kind: 'services-changed', services: after.services });
  if (!sameData(before.traffic, after.traffic))
    changes.push({ kind: 'traffic-changed', traffic: after.traffic });
  if (!sameData(before.events ?? [], after.events ?? []))
    changes.push({ kind: 'events-changed', events: after.events ?? [] });
  return changes;
}

/** The plan after the changes: `applyChanges(a, diffPlans(a, b))` equals `b`. The given plan stays as it is. */
export function applyChanges(plan: Plan, changes: readonly PlanChange[]): Plan {
  return changes.reduce(applyChange, plan);
}

function applyChange(plan: Plan, change: PlanChange): Plan {
  const { segments, nodes } = plan;
  switch (change.kind) {
    case 'segment-added':
      return { ...plan, segments: inserted(segments, change.segment, change.index) };
    case 'segment-changed':
      return { ...plan, segments: replaced(segments, change.segment) };
    case 'segment-removed':
      return { ...plan, segments: segments.filter(({ name }) => name !== change.name) };
    case 'segments-reordered':
      return { ...plan, segments: reordered(segments, change.names) };
    case 'node-added':
      return { ...plan, nodes: inserted(nodes, change.node, change.index) };
    case 'node-changed':
      return { ...plan, nodes: replaced(nodes, change.node) };
    case 'node-removed':
      return { ...plan, nodes: nodes.filter(({ name }) => name !== change.name) };
    case 'nodes-reordered':
      return { ...plan, nodes: reordered(nodes, change.names) };
    case 'forwarder-changed': {
      const { forwarder } = change;
      return {
        ...plan,
        nodes: nodes.map((node) => (node.name === change.node ? { ...node, forwarder } : node)),
      };
    }
    case 'services-changed':
      return { ...plan, services: change.services };
    case 'traffic-changed':
      return { ...plan, traffic: change.traffic };
    case 'events-changed': {
      const { lab, model, services, traffic, expect } = plan;
      const { events } = change;
      const both = { ...(events.length > 0 && { events }), ...(expect && { expect }) };
      return { lab, model, segments, nodes, services, traffic, ...both };
    }
    case 'lab-changed': {
      const { lab, model, expect } = change;
      const { services, traffic, events } = plan;
      const both = { ...(events && { events }), ...(expect && { expect }) };
      return { lab, model, segments, nodes, services, traffic, ...both };
    }
  }
}

function segmentChanges(before: Plan, after: Plan): PlanChange[] {
  const { removed, kept, added, reordered } = compareLists(before.segments, after.segments);
  const changed = kept.filter(([old, now]) => !sameData(old, now));
  return [
    ...removed.map(({ name }): PlanChange => ({ kind: 'segment-removed', name })),
    ...changed.map(([, segment, index]): PlanChange => ({ kind: 'segment-changed', segment, index })),
    ...added.map(([segment, index]): PlanChange => ({ kind: 'segment-added', segment, index })),
    ...(reordered ? [{ kind: 'segments-reordered', names: reordered } as const] : []),
  ];
}

function nodeChanges(before: Plan, after: Plan): PlanChange[] {
  const { removed, kept, added, reordered } = compareLists(before.nodes, after.nodes);
  return [
    ...removed.map(({ name }): PlanChange => ({ kind: 'node-removed', name })),
    ...kept.flatMap(([old, now, index]) => nodeChange(old, now, index)),
    ...added.map(([node, index]): PlanChange => ({ kind: 'node-added', node, index })),
    ...(reordered ? [{ kind: 'nodes-reordered', names: reordered } as const] : []),
  ];
}

/** Where only the forwarder's configuration differs it is reconfigured in place, and the node is left alone. */
function nodeChange(before: PlannedNode, after: PlannedNode, index: number): PlanChange[] {
  if (sameData(before, after)) return [];
  const { forwarder } = after;
  if (before.forwarder && forwarder && sameData({ ...before, forwarder }, after)) {
    return [{ kind: 'forwarder-changed', node: after.name, forwarder }];
  }
  return [{ kind: 'node-changed', node: after, index }];
}

interface Named {
  readonly name: string;
}

interface Comparison<Item> {
  readonly removed: readonly Item[];
  readonly kept: readonly (readonly [before: Item, after: Item, index: number])[];
  /** In the order of their index, so that each can be inserted where it belongs. */
  readonly added: readonly (readonly [item: Item, index: number])[];
  /** The names in their new order, where inserting and removing alone does not give it. */
  readonly reordered: readonly string[] | undefined;
}

function compareLists<Item extends Named>(before: readonly Item[], after: readonly Item[]): Comparison<Item> {
  const old = new Map(before.map((item) => [item.name, item]));
  const now = new Set(after.map(({ name }) => name));
  const entries = after.map((item, index) => [item, index] as const);
  const added = entries.filter(([{ name }]) => !old.has(name));
  const kept = entries.flatMap(([item, index]) => {
    const was = old.get(item.name);
    return was ? [[was, item, index] as const] : [];
  });
  const left = before.filter(({ name }) => now.has(name));
  const names = added
    .reduce((list, [item, index]) => inserted(list, item, index), left)
    .map(({ name }) => name);
  const wanted = after.map(({ name }) => name);
  return {
    removed: before.filter(({ name }) => !now.has(name)),
    kept,
    added,
    reordered: sameData(names, wanted) ? undefined : wanted,
  };
}

function inserted<Item>(list: readonly Item[], item: Item, index: number): Item[] {
  return list.toSpliced(index, 0, item);
}

function replaced<Item extends Named>(list: readonly Item[], item: Item): Item[] {
  return list.map((old) => (old.name === item.name ? item : old));
}

function reordered<Item extends Named>(list: readonly Item[], names: readonly string[]): Item[] {
  const byName = new Map(list.map((item) => [item.name, item]));
  return names.flatMap((name) => byName.get(name) ?? []);
}
