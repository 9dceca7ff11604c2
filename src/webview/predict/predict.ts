import type { AskedField, Guess } from '../../panel-protocol/predict.ts';
import { failure } from '../failure.ts';
import { keep } from '../keep.ts';
import type { Panel } from '../panel.ts';
import { reveal } from '../selection.ts';
import { nextStep, stepAt, type StepPlace } from './questions.ts';
import { tellHost } from './cover-lab.ts';
import { noPrediction } from './prediction.ts';
import { marksOf, scored } from './score.ts';

/** Covers what forwarders do, or shows it all. Each time it is covered a new session begins. */
export function setPredict(panel: Panel, on: boolean): void {
  const { store } = panel;
  store.update({
    cover: on ? new Set() : undefined,
    coverOf: panel.state.lab?.startedAt ?? '',
    prediction: noPrediction,
    ...(on && { details: undefined, compared: undefined, menu: 'none' }),
  });
  tellHost(panel);
  keep(panel);
  if (on) goToQuestion(panel);
}

/** The step that the selected row asks for; answered ones too, as long as they are the last that was asked. */
export function stepAtHand(panel: Panel): StepPlace | undefined {
  const { cover, lab, prediction } = panel.state;
  const row = panel.selectedRow;
  if (!cover || !lab || row?.kind !== 'hop') return undefined;
  const step = stepAt(panel.table, lab.nodes, row.journey, row.hop);
  if (!step) return undefined;
  return cover.has(step.key) && prediction.of !== step.key ? undefined : step;
}

/** Selects the next hop that is to be predicted, if there is one. */
export function goToQuestion(panel: Panel): void {
  const { cover, lab } = panel.state;
  if (!cover || !lab) return;
  const row = panel.selectedRow;
  const flow = row && row.kind !== 'change' ? row.flow : undefined;
  const step = nextStep(panel.table, lab.nodes, cover, flow);
  if (!step) return;
  reveal(panel, step.flow, step.journey, step.hop);
  focusQuestion();
}

/** After the panel's own drawing, so the question is there. */
export function focusQuestion(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.question [data-first]')?.focus()),
  );
}

export function guess(panel: Panel, step: StepPlace, field: AskedField, said: Guess): void {
  const { prediction } = panel.state;
  const before = prediction.of === step.key ? prediction.guesses : {};
  const guesses = { ...before, [field]: said };
  panel.store.update({ prediction: { ...prediction, of: step.key, guesses, marks: undefined } });
}

/** Has the captured bytes answer. From then on the step may be seen. */
export async function check(panel: Panel, step: StepPlace): Promise<void> {
  const { store, host } = panel;
  try {
    const { fields } = await host.ask({ kind: 'step', journey: step.journey, hop: step.hop });
    const { cover, prediction } = store.state;
    if (!cover || cover.has(step.key)) return;
    const marks = marksOf(fields, prediction.of === step.key ? prediction.guesses : {});
    store.update({
      cover: new Set([...cover, step.key]),
      prediction: { ...prediction, of: step.key, marks, score: scored(prediction.score, marks) },
    });
    keep(panel);
    focusQuestion();
  } catch (error) {
    store.update({ message: failure(error) });
  }
}
