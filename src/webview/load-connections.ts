import type { Panel } from './panel.ts';

/** Asks for a forwarder's table: the named node's, or the one on show, or the first there is. */
export async function loadConnections(panel: Panel, node?: string): Promise<void> {
  const { store, host } = panel;
  const { lab, connectionsOf } = store.state;
  const own =
    lab?.nodes.find(({ role }) => role === 'director') ?? lab?.nodes.find(({ role }) => role === 'router');
  const name = node ?? (connectionsOf || own?.name);
  if (!name) return;
  try {
    const { rows } = await host.ask({ kind: 'connections', node: name });
    store.update({ connections: rows, connectionsOf: name });
  } catch {
    store.update({ connections: [], connectionsOf: name });
  }
}

/** Keeps the table fresh while it is looked at. */
export function followConnections(panel: Panel, everyMs: number): void {
  setInterval(() => {
    const { detailsOpen, detailsTab } = panel.state;
    if (detailsOpen && detailsTab === 'connection' && !document.hidden) void loadConnections(panel);
  }, everyMs);
}
