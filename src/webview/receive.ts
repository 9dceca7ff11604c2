import { changeKey, flowKey, packetKey } from './rows/row.ts';
import type { Panel } from './panel.ts';
import { firstState } from './panel-state.ts';
import { coverLab } from './predict/cover-lab.ts';
import type { Card, HostMessage } from '../panel-protocol/messages.ts';
import { restoreView } from './kept-view.ts';
import { reveal, select } from './selection.ts';
import { makeText } from './text.ts';

/** Takes what the host says into the state. */
export function receive(panel: Panel, message: HostMessage): void {
  const { store, records, host } = panel;
  switch (message.type) {
    case 'hello':
      records.clear();
      panel.openedFirst.clear();
      panel.lastSeen = 0;
      panel.isFilling = true;
      store.update({
        ...firstState,
        ...restoreView(message.view),
        text: makeText(message.texts),
        locale: message.locale,
      });
      return;
    case 'lab':
      store.update({ lab: message.lab });
      return coverLab(panel);
    case 'state':
      return store.update({ labState: message.state });
    case 'rows': {
      records.take(message);
      host.send({ type: 'ack', sequence: message.sequence });
      // What is there when the panel opens is no news.
      if (panel.isFilling) for (const id of records.flowIds()) panel.lastSeen = Math.max(panel.lastSeen, id);
      panel.isFilling &&= message.waiting > 0;
      store.touch();
      openFirst(panel);
      if (panel.wanted) reveal(panel, ...panel.wanted);
      return;
    }
    case 'verdicts': {
      const { promises, explanations, counters, requests, frameNames = {} } = message;
      return store.update({ promises, explanations, counters, requests, frameNames });
    }
    case 'changes':
      return store.update({ changes: message.changes });
    case 'file':
      return store.update({ file: message.file });
    case 'labs':
      return store.update({ labs: message.labs, pinned: message.pinned });
    case 'highlight':
      return store.update({ highlighted: message.names });
    case 'cards':
      return showCards(panel, message.cards);
    case 'lesson':
      return store.update({ lesson: message.lesson });
    case 'reply':
      return host.settle(message);
  }
}

function showCards(panel: Panel, cards: readonly Card[]): void {
  const [before] = panel.state.cards;
  const [card] = cards;
  panel.store.update({ cards, cardAnswers: new Set(), cardSolved: false });
  if (card?.change === undefined || card.change === before?.change) return;
  panel.store.update({ follow: false });
  // What came of it is in view below it.
  panel.scrollToEnd();
  select(panel, changeKey(card.change));
}

/** What opens itself: a flow and its first two packets. */
const OPENED = 3;

/**
 * The first request opens itself, so that the first thing to be seen is a packet on its way. Live, its packets come one
 * after the other; what the reader has closed meanwhile stays closed.
 */
function openFirst({ store, table, openedFirst }: Panel): void {
  if (openedFirst.size >= OPENED) return;
  const first = [...table.flowIds()].find((id) => table.flow(id)!.kind !== 'arp');
  if (first === undefined) return;
  const packets = table.journeyIds(first).slice(0, OPENED - 1);
  let { folding } = store.state;
  for (const key of [flowKey(first), ...packets.map(packetKey)]) {
    if (openedFirst.has(key) || openedFirst.size >= OPENED) continue;
    openedFirst.add(key);
    folding = folding.with(key, true);
  }
  if (folding !== store.state.folding) store.update({ folding });
}
