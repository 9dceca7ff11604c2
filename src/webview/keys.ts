import { compareChange, markOrCompare } from './comparison.ts';
import type { Panel } from './panel.ts';
import { setPlaying } from './play.ts';
import { setPredict } from './predict/predict.ts';
import type { Row } from './rows/row.ts';
import { detailsOf, move, openDetails, select, stepHop, toggle } from './selection.ts';
import {
  closeFilter,
  openFilter,
  setFollow,
  setLevel,
  setMapOpen,
  setPaused,
  setTimeMode,
  setValues,
  toggleLanes,
  toggleMenu,
  toggleModel,
} from './settings.ts';

type Command = (panel: Panel) => void;

const PAGE = 12;

const isPacket = (row: Row): boolean => row.kind === 'packet';

const commands: Readonly<Record<string, Command>> = {
  ArrowDown: (panel) => move(panel, 1),
  ArrowUp: (panel) => move(panel, -1),
  PageDown: (panel) => move(panel, PAGE),
  PageUp: (panel) => move(panel, -PAGE),
  Home: (panel) => select(panel, panel.list.rows[0]?.key),
  End: (panel) => select(panel, panel.list.rows.at(-1)?.key),
  ArrowRight: unfold,
  ArrowLeft: fold,
  Enter: enter,
  '[': (panel) => stepHop(panel, -1),
  ']': (panel) => stepHop(panel, 1),
  n: (panel) => move(panel, 1, isPacket),
  p: (panel) => move(panel, -1, isPacket),
  1: (panel) => setLevel(panel, 1),
  2: (panel) => setLevel(panel, 2),
  3: (panel) => setLevel(panel, 3),
  f: (panel) => setFollow(panel, !panel.state.follow),
  ' ': (panel) => setPaused(panel, !panel.state.paused),
  v: (panel) => setValues(panel, !panel.state.values),
  t: setTimeMode,
  m: toggleModel,
  e: (panel) => void openInFile(panel),
  c: markOrCompare,
  q: (panel) => setPredict(panel, panel.state.cover === undefined),
  k: (panel) => setPlaying(panel, !panel.state.playing),
  g: (panel) => setMapOpen(panel, !panel.state.mapOpen),
  l: toggleLanes,
  '?': (panel) => toggleMenu(panel, 'help'),
  '/': openFilter,
  Escape: back,
};

/** The keys of the rows. The whole page hears them, but not while somebody types or uses a control of its own. */
export function followKeys(panel: Panel): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.composedPath()[0] as Element;
    const inRows = target.closest('[role=treegrid]') !== null || target === document.body;
    const typing = target.matches('input, textarea, select');
    if (typing || (!inRows && ![']', '[', '/', '?', 'Escape'].includes(event.key))) return;
    const command = commands[event.key];
    if (!command) return;
    event.preventDefault();
    command(panel);
  });
}

function unfold(panel: Panel): void {
  const row = panel.selectedRow;
  if (row?.open === false) toggle(panel, row, true);
  else move(panel, 1);
}

/** Closes the row, or goes to the one it is in. */
function fold(panel: Panel): void {
  const row = panel.selectedRow;
  if (!row) return;
  if (row.open) return toggle(panel, row, false);
  if (row.kind === 'hop') move(panel, -1, isPacket);
  else if (row.kind === 'packet') move(panel, -1, ({ kind }) => kind === 'flow');
  else if (row.kind === 'flow' && row.level > 1) move(panel, -1, ({ kind }) => kind === 'arp');
}

function enter(panel: Panel): void {
  const row = panel.selectedRow;
  if (row?.kind === 'flow' || row?.kind === 'arp') toggle(panel, row);
  else if (row?.kind === 'change') compareChange(panel, row.epoch);
  else openDetails(panel);
}

/** Shows in the file what the selected row rests on. */
async function openInFile(panel: Panel): Promise<void> {
  const { changes } = panel.state;
  const row = panel.selectedRow;
  const { line } =
    (row?.kind === 'change'
      ? changes.find(({ epoch }) => epoch === row.epoch)
      : await detailsOf(panel, row).catch(() => undefined)) ?? {};
  if (line !== undefined) panel.host.send({ type: 'open', place: { kind: 'line', line } });
}

/** Undoes one thing after the other: menu, comparison, mark, details, filter, selection. */
function back(panel: Panel): void {
  const { menu, compared, marked, detailsOpen, filter, filterOpen, selected } = panel.state;
  if (menu !== 'none') panel.store.update({ menu: 'none' });
  else if (compared !== undefined) panel.store.update({ compared: undefined });
  else if (marked) panel.store.update({ marked: undefined });
  else if (detailsOpen) panel.store.update({ detailsOpen: false });
  else if (filter || filterOpen) closeFilter(panel);
  else if (selected !== undefined) panel.store.update({ selected: undefined });
}
