import type { Panel } from '../panel.ts';

/** What would tell the answers outside the panel is closed as long as there is a cover. */
export function tellHost({ host, state }: Panel): void {
  host.send({ type: 'do', action: { kind: 'predict', on: state.cover !== undefined } });
}

/** Another lab is on show, or another recording: it is covered anew. */
export function coverLab(panel: Panel): void {
  const { cover, coverOf, lab } = panel.state;
  if (!cover || !lab) return;
  if (coverOf !== lab.startedAt) panel.store.update({ cover: new Set(), coverOf: lab.startedAt });
  tellHost(panel);
}
