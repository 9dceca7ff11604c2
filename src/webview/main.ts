import { render } from 'lit';
import { panelView } from './components/panel-view.ts';
import type { HostApi } from './host-link.ts';
import { followPointer } from './ladder-pointer.ts';
import { LadderView } from './ladder-view.ts';
import { Panel } from './panel.ts';
import type { HostMessage } from './protocol.ts';
import { receive } from './receive.ts';

declare function acquireVsCodeApi(): HostApi;

const api = acquireVsCodeApi();
const panel = new Panel(api, (run) => requestAnimationFrame(run));
const root = document.getElementById('panel')!;
let ladder: LadderView | undefined;

const attach = (scroller: Element | undefined): void => {
  ladder = scroller ? new LadderView(panel, scroller as HTMLElement) : undefined;
  if (ladder) followPointer(panel, ladder, scroller!.querySelector('canvas')!);
};
panel.scrollTo = (key) => ladder?.scrollTo(key);

panel.store.subscribe(() => {
  render(panelView(panel, { attach }), root);
  ladder?.queue();
});
addEventListener('message', ({ data }: MessageEvent<HostMessage>) => receive(panel, data));
addEventListener('error', ({ message }) => api.postMessage({ type: 'failed', message }));
addEventListener('unhandledrejection', ({ reason }) =>
  api.postMessage({
    type: 'failed',
    message: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
  }),
);
api.postMessage({ type: 'ready' });
