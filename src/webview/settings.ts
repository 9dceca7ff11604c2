import { keep } from './keep.ts';
import type { Role } from './ladder/lane-slots.ts';
import type { Panel } from './panel.ts';
import type { Menu } from './panel-state.ts';
import { Folding, type Level } from './rows/folding.ts';
import type { TimeMode } from './time-format.ts';

/** Pixels that a menu keeps from the panel's edge. */
const EDGE = 6;

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

/** Shows the line of the filter and goes there, or puts it away; what it filtered by goes with it. */
export function toggleFilter(panel: Panel): void {
  const { filter, filterOpen } = panel.state;
  if (filterOpen || filter) closeFilter(panel);
  else openFilter(panel);
}

export function openFilter(panel: Panel): void {
  panel.store.update({ filterOpen: true });
  // Asked for after the panel's own drawing, so the field is there.
  requestAnimationFrame(() => document.querySelector<HTMLElement>('#filter')?.focus());
}

export function closeFilter(panel: Panel): void {
  panel.store.update({ filterOpen: false });
  if (panel.state.filter) setFilter(panel, '');
}

/** Opens a menu, or closes it when it is the one that is open. */
export function toggleMenu(panel: Panel, menu: Exclude<Menu, 'none'>): void {
  const wasOpen = panel.state.menu === menu;
  panel.store.update({ menu: wasOpen ? 'none' : menu });
  // Asked for after the panel's own drawing, so the menu is there.
  if (!wasOpen) requestAnimationFrame(showMenu);
}

/** Under the button that opened it, or that leads to it, as far as the panel's edge lets it; and goes there. */
function showMenu(): void {
  const menu = document.querySelector<HTMLElement>('.menu');
  const button = document.querySelector(`[data-menu=${menu?.dataset['under']}]`);
  if (!menu || !button) return;
  const { left, bottom } = button.getBoundingClientRect();
  menu.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - menu.offsetWidth - EDGE))}px`;
  menu.style.top = `${bottom + 2}px`;
  (menu.querySelector<HTMLElement>('.item') ?? menu).focus();
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
