import type { Panel } from './panel.ts';
import { focusQuestion, stepAtHand } from './predict/predict.ts';
import type { Row } from './rows/row.ts';
import { reveal, stepHop } from './selection.ts';

/** How long a packet rests at each node while it is played. */
const PACE_MS = 1100;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Moves the selected packet on from hop to hop, until it is where it ends, or somebody says stop. */
export function setPlaying(panel: Panel, playing: boolean): void {
  clearTimeout(timer);
  panel.store.update({ playing });
  if (!playing) return;
  const row = panel.selectedRow ?? panel.list.rows.find(({ kind }) => kind !== 'change');
  if (!row || row.kind === 'change') return panel.store.update({ playing: false });
  // From its end, or from a heading, it begins at its first hop.
  if (row.kind !== 'hop' || isLast(panel, row)) begin(panel, row);
  else stepHop(panel, 1);
  rest(panel);
}

function begin(panel: Panel, row: Exclude<Row, { readonly kind: 'change' }>): void {
  const isHeading = row.kind === 'flow' || row.kind === 'arp';
  const journey = isHeading ? panel.table.journeyIds(row.flow)[0] : row.journey;
  if (journey !== undefined) reveal(panel, row.flow, journey, 0);
}

function isLast({ table }: Panel, row: Row): boolean {
  return row.kind === 'hop' && row.hop === table.hopCountOf(row.journey) - 1;
}

/** At a director that is to be predicted it waits for the reader. */
function rest(panel: Panel): void {
  const { state, selectedRow: row } = panel;
  const step = stepAtHand(panel);
  const isAsked = step !== undefined && !state.cover?.has(step.key);
  if (isAsked) focusQuestion();
  if (isAsked || !row || row.kind !== 'hop' || isLast(panel, row))
    return panel.store.update({ playing: false });
  const { key } = row;
  timer = setTimeout(() => {
    if (!panel.state.playing) return;
    // Whoever selects something else has taken over.
    if (panel.state.selected !== key) return panel.store.update({ playing: false });
    stepHop(panel, 1);
    rest(panel);
  }, PACE_MS);
}

/** A step by hand ends the playing. */
export function stepByHand(panel: Panel, by: 1 | -1): void {
  setPlaying(panel, false);
  stepHop(panel, by);
}
