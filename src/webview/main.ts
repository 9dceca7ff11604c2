import { render } from 'lit';
import { panelView } from './components/panel-view.ts';
import type { HostApi } from './host-link.ts';
import { Panel } from './panel.ts';
import type { HostMessage } from './protocol.ts';
import { receive } from './receive.ts';

declare function acquireVsCodeApi(): HostApi;

const api = acquireVsCodeApi();
const panel = new Panel(api, (run) => requestAnimationFrame(run));
const root = document.getElementById('panel')!;

panel.store.subscribe(() => render(panelView(panel), root));
addEventListener('message', ({ data }: MessageEvent<HostMessage>) => receive(panel, data));
addEventListener('error', ({ message }) => api.postMessage({ type: 'failed', message }));
addEventListener('unhandledrejection', ({ reason }) =>
  api.postMessage({
    type: 'failed',
    message: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
  }),
);
api.postMessage({ type: 'ready' });
