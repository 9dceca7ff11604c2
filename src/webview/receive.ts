import { Folding } from './rows/folding.ts';
import { flowKey, packetKey } from './rows/row.ts';
import type { Panel } from './panel.ts';
import { firstState } from './panel-state.ts';
import type { HostMessage } from './protocol.ts';
import { restoreView } from './kept-view.ts';
import { reveal } from './selection.ts';
import { makeText } from './text.ts';

/** Takes what the host says into the state. */
export function receive(panel: Panel, message: HostMessage): void {
  const { store, table, host } = panel;
  switch (message.type) {
    case 'hello':
      table.clear();
      store.update({
        ...firstState,
        ...restoreView(message.view),
        text: makeText(message.texts),
        locale: message.locale,
      });
      return;
    case 'lab':
      return store.update({ lab: message.lab });
    case 'state':
      return store.update({ labState: message.state });
    case 'rows': {
      const empty = table.flowCount === 0;
      table.take(message);
      host.send({ type: 'ack', sequence: message.sequence });
      const { evicted } = store.state;
      store.update({ evicted: evicted + message.removedFlows.length });
      if (empty) openFirst(panel);
      return;
    }
    case 'verdicts': {
      const { promises, explanations, counters } = message;
      return store.update({ promises, explanations, counters });
    }
    case 'changes':
      return store.update({ changes: message.changes });
    case 'highlight':
      return store.update({ highlighted: message.names });
    case 'reveal':
      return reveal(panel, message.flow, message.journey, message.hop);
    case 'cards':
      return store.update({ cards: message.cards, cardAnswers: new Set(), cardSolved: false });
    case 'reply':
      return host.settle(message);
  }
}

/** The first request opens itself, so that the first thing to be seen is a packet on its way. */
function openFirst({ store, table }: Panel): void {
  const { folding } = store.state;
  if (folding.level > 1 || folding.turned.length > 0) return;
  for (const id of table.flowIds()) {
    const flow = table.flow(id)!;
    if (flow.kind === 'arp') continue;
    const packets = table.journeyIds(id).slice(0, 2).map(packetKey);
    store.update({ folding: new Folding(1, [flowKey(id), ...packets]) });
    return;
  }
}
