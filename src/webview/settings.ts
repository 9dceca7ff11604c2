import { keep } from './keep.ts';
import type { Role } from './ladder/lane-slots.ts';
import type { Panel } from './panel.ts';
import type { PanelState } from './panel-state.ts';
import { Folding, type Level } from './rows/folding.ts';
import type { TimeMode } from './time-format.ts';

/** How much is unfolded, for all rows at once. */
export function setLevel(panel: Panel, level: Level): void {
  panel.store.update({ folding: new Folding(level) });
  keep(panel);
}

export function setValues(panel: Panel, values: boolean): void {
  panel.store.update({ values });
  keep(panel);
}

const next: Readonly<Record<TimeMode, TimeMode>> = {
  delta: 'relative',
  relative: 'absolute',
  absolute: 'delta',
};

/** The next way of showing times. */
export function setTimeMode(panel: Panel): void {
  panel.store.update({ timeMode: next[panel.state.timeMode] });
  keep(panel);
}

/** While paused the rows stay as they are; recording goes on. */
export function setPaused(panel: Panel, paused: boolean): void {
  panel.store.update({ paused, ...(paused && { follow: false }) });
}

/** Whether new rows are brought into view as they come. */
export function setFollow(panel: Panel, follow: boolean): void {
  panel.store.update({ follow, ...(follow && { paused: false }) });
  if (follow) panel.scrollToEnd();
}

export function setFilter(panel: Panel, filter: string): void {
  panel.store.update({ filter });
  keep(panel);
}

export function toggleMenu(panel: Panel, menu: PanelState['menu']): void {
  panel.store.update({ menu: panel.state.menu === menu ? 'none' : menu });
  // Asked for after the panel's own drawing, so the menu is there.
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.menu')?.focus());
}

export function setMapOpen(panel: Panel, mapOpen: boolean): void {
  panel.store.update({ mapOpen });
  keep(panel);
}

export function setMapZoom(panel: Panel, mapZoom: boolean): void {
  panel.store.update({ mapZoom });
  keep(panel);
}

export function toggleModel(panel: Panel): void {
  panel.store.update({ modelOpen: !panel.state.modelOpen });
  keep(panel);
}

const roles = ['client', 'router', 'director', 'server'] as const;

/** Shows the lanes of a role though there is no room for them, or folds them again. */
export function toggleRole({ store }: Panel, role: Role): void {
  const { unfoldedLanes } = store.state;
  const rest = unfoldedLanes.filter((one) => one !== role);
  store.update({ unfoldedLanes: rest.length < unfoldedLanes.length ? rest : [...rest, role] });
}

/** The same for all roles at once. */
export function toggleLanes({ store }: Panel): void {
  store.update({ unfoldedLanes: store.state.unfoldedLanes.length > 0 ? [] : roles });
}
