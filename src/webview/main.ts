import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import { render } from 'lit';
import { announce } from './announcer.ts';
import { followTables } from './components/tables-then.ts';
import { panelView } from './components/panel-view.ts';
import type { HostApi } from './host-link.ts';
import { followKeys } from './keys.ts';
import { followPointer } from './ladder-pointer.ts';
import { LadderView } from './ladder-view.ts';
import { followConnections } from './load-connections.ts';
import { Panel } from './panel.ts';
import type { HostMessage } from '../panel-protocol/messages.ts';
import { receive } from './receive.ts';
import { followRoving, rove } from './roving.ts';
import { Unseen } from './unseen.ts';

declare function acquireVsCodeApi(): HostApi;

/** Below this lanes have no room, and the rows are shown as words. */
const NARROWEST_LADDER = 480;
/** From here on the map has room beside the ladder, and so much of it. */
const WIDE = 1100;
const MAP_SHARE = 0.36;
const CONNECTIONS_EVERY_MS = 1000;

const api = acquireVsCodeApi();
const panel = new Panel(api, (run) => requestAnimationFrame(run));
const root = document.getElementById('panel')!;
const region = document.createElement('div');
region.className = 'heard';
region.setAttribute('role', 'status');
document.body.append(region);
const unseen = new Unseen(panel);
let ladder: LadderView | undefined;

/** A row of the list that is to be in view after the next drawing, and how high the list was at the last. */
let wantedInList: string | undefined;
let listHeight = 0;
const keepInView = (): void => {
  const { clientHeight } = root.querySelector('.grid')!;
  // Details that open take room: what is selected stays in view.
  const wanted = wantedInList ?? (clientHeight < listHeight ? panel.state.selected : undefined);
  if (wanted !== undefined) document.getElementById(`row-${wanted}`)?.scrollIntoView({ block: 'nearest' });
  wantedInList = undefined;
  listHeight = clientHeight;
};

const attach = (scroller: Element | undefined): void => {
  ladder = scroller ? new LadderView(panel, scroller as HTMLElement) : undefined;
  if (!ladder) return;
  followPointer(panel, ladder, scroller!.querySelector('canvas')!);
  const view = ladder;
  ladder.onDrawn = (_, last) => unseen.saw(last, view.atEnd);
};
panel.scrollTo = (key) => {
  if (ladder) ladder.scrollTo(key);
  else wantedInList = key;
};
panel.scrollToEnd = () => ladder?.scrollToEnd();

panel.store.subscribe(() => {
  const { state } = panel;
  const asList = innerWidth < NARROWEST_LADDER || state.asList;
  document.documentElement.lang = state.locale;
  const hadFocus = root.contains(document.activeElement);
  const mapWidth = innerWidth < WIDE ? 0 : Math.floor(innerWidth * MAP_SHARE);
  render(panelView(panel, { attach, asList, mapWidth, unseen: unseen.count }), root);
  // A button that went with what it closed: from the rows everything can be reached.
  if (hadFocus && document.activeElement === document.body)
    root.querySelector<HTMLElement>('[role=treegrid]')?.focus({ preventScroll: true });
  rove(root);
  if (asList) keepInView();
  if (state.follow) ladder?.scrollToEnd();
  ladder?.queue();
});
followRoving(root);
followKeys(panel);
followConnections(panel, CONNECTIONS_EVERY_MS);
followTables(panel);
announce(panel, region);
addEventListener('resize', () => panel.store.touch());
addEventListener('message', ({ data }: MessageEvent<HostMessage>) => receive(panel, data));
addEventListener('error', ({ message }) => api.postMessage({ type: 'failed', message }));
addEventListener('unhandledrejection', ({ reason }) =>
  api.postMessage({
    type: 'failed',
    message: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
  }),
);
api.postMessage({ type: 'ready' });
