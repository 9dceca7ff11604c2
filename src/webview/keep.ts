import { keptView } from './kept-view.ts';
import type { Panel } from './panel.ts';

/** Asks the host to remember how the panel is set, for its next show. */
export function keep(panel: Panel): void {
  panel.host.send({ type: 'keep', view: keptView(panel.state) });
}
