import type { PanelState } from './panel-state.ts';
import { Folding, type Level } from './rows/folding.ts';

const levels: readonly Level[] = [1, 2, 3];
const timeModes = ['relative', 'absolute', 'delta'] as const;

/** What of the state outlives the view: small, and plain JSON. */
export function keptView(state: PanelState): Record<string, unknown> {
  const { folding, filter, values, timeMode, lanes, modelOpen, asList, mapOpen, mapZoom } = state;
  return { level: folding.level, filter, values, timeMode, lanes, modelOpen, asList, mapOpen, mapZoom };
}

/** Reads it back. What was kept may come from another version: anything that does not fit is left out. */
export function restoreView(kept: Readonly<Record<string, unknown>> | undefined): Partial<PanelState> {
  if (!kept) return {};
  const level = levels.find((one) => one === kept['level']);
  const timeMode = timeModes.find((one) => one === kept['timeMode']);
  return {
    ...(level && { folding: new Folding(level) }),
    ...(timeMode && { timeMode }),
    ...(typeof kept['filter'] === 'string' && { filter: kept['filter'] }),
    ...flags(kept),
    ...lanesOf(kept['lanes']),
  };
}

function flags(kept: Readonly<Record<string, unknown>>): Partial<PanelState> {
  const names = ['values', 'modelOpen', 'asList', 'mapOpen', 'mapZoom'] as const;
  return Object.fromEntries(
    names.flatMap((name) => (typeof kept[name] === 'boolean' ? [[name, kept[name]]] : [])),
  );
}

function lanesOf(lanes: unknown): Partial<PanelState> {
  if (typeof lanes !== 'object' || lanes === null) return {};
  const { order, hidden } = lanes as { order?: unknown; hidden?: unknown };
  return isNames(order) && isNames(hidden) ? { lanes: { order, hidden } } : {};
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
