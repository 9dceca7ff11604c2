import type { PanelState } from './panel-state.ts';
import { noPrediction } from './predict/prediction.ts';
import { noScore, type Score } from './predict/score.ts';
import { Folding, type Level } from './rows/folding.ts';

/** What is kept is small: of a long session the last answers. */
const MOST_ANSWERED = 200;
const levels: readonly Level[] = [1, 2, 3];
const timeModes = ['relative', 'absolute', 'delta'] as const;

/** What of the state outlives the view: small, and plain JSON. */
export function keptView(state: PanelState): Record<string, unknown> {
  const {
    folding,
    filter,
    values,
    timeMode,
    lanes,
    modelOpen,
    captureOpen,
    asList,
    mapOpen,
    mapZoom,
    cover,
    coverOf,
    prediction,
  } = state;
  return {
    level: folding.level,
    filter,
    values,
    timeMode,
    lanes,
    modelOpen,
    captureOpen,
    asList,
    mapOpen,
    mapZoom,
    ...(cover && {
      predict: { of: coverOf, answered: [...cover].slice(-MOST_ANSWERED), score: prediction.score },
    }),
  };
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
    ...predictOf(kept['predict']),
  };
}

function flags(kept: Readonly<Record<string, unknown>>): Partial<PanelState> {
  const names = ['values', 'modelOpen', 'captureOpen', 'asList', 'mapOpen', 'mapZoom'] as const;
  return Object.fromEntries(
    names.flatMap((name) => (typeof kept[name] === 'boolean' ? [[name, kept[name]]] : [])),
  );
}

function lanesOf(lanes: unknown): Partial<PanelState> {
  if (typeof lanes !== 'object' || lanes === null) return {};
  const { order, hidden } = lanes as { order?: unknown; hidden?: unknown };
  return isNames(order) && isNames(hidden) ? { lanes: { order, hidden } } : {};
}

/** Predict goes on where it was: hidden behind another tab, a view forgets everything else. */
function predictOf(kept: unknown): Partial<PanelState> {
  if (typeof kept !== 'object' || kept === null) return {};
  const { of, answered, score } = kept as { of?: unknown; answered?: unknown; score?: unknown };
  if (typeof of !== 'string' || !isNames(answered) || !isScore(score)) return {};
  return { cover: new Set(answered), coverOf: of, prediction: { ...noPrediction, score } };
}

function isScore(score: unknown): score is Score {
  if (typeof score !== 'object' || score === null) return false;
  return Object.keys(noScore).every((name) => Number.isSafeInteger((score as Record<string, unknown>)[name]));
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
