import type { Panel } from './panel.ts';
import type { Message } from './panel-state.ts';

/** Rows come by the thousand: they are announced together, at most this often. */
const PACE_MS = 4000;

/** Tells listeners what has come since it last spoke: new flows, and of them the failed ones. */
export function announce(panel: Panel, region: HTMLElement): void {
  let flows = 0;
  let failed = 0;
  let told = 0;
  let message: Message | undefined;
  panel.store.subscribe(({ message: now }) => {
    if (now === message) return;
    message = now;
    if (now) region.textContent = now.words;
  });
  setInterval(() => {
    const { table, state } = panel;
    if (table.version === told) return;
    told = table.version;
    let nowFailed = 0;
    for (const id of table.flowIds()) if (table.hasFailed(id)) nowFailed++;
    const fresh = table.flowCount - flows;
    const worse = nowFailed - failed;
    flows = table.flowCount;
    failed = nowFailed;
    if (fresh <= 0 && worse <= 0) return;
    region.textContent = [
      fresh > 0 ? state.text('panel.said.flows', { count: fresh }) : '',
      worse > 0 ? state.text('panel.said.failed', { count: worse }) : '',
    ]
      .filter(Boolean)
      .join(', ');
  }, PACE_MS);
}
