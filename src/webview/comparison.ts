import type { Panel } from './panel.ts';
import type { Subject } from './panel-state.ts';
import { packetTitle } from './rows/row-words.ts';

/** The last flow before a change of the file beside the first after it. */
export function compareChange(panel: Panel, epoch: number): void {
  const change = panel.state.changes.find((one) => one.epoch === epoch);
  if (!change) return;
  const subject = (flow: number | undefined): Subject | undefined =>
    flow === undefined ? undefined : { flow };
  panel.store.update({
    compared: {
      title: change.texts.join(' · '),
      how: 'change',
      subjects: [subject(change.before), subject(change.after)],
    },
  });
}

/** The first time marks what is selected; the second time compares it with what is selected then. */
export function markOrCompare(panel: Panel): void {
  const { store, selectedRow: row } = panel;
  const { marked, text } = store.state;
  if (!row || row.kind === 'change' || row.kind === 'arp') return;
  const now: Subject = row.kind === 'flow' ? { flow: row.flow } : { flow: row.flow, journey: row.journey };
  if (!marked) return store.update({ marked: now });
  store.update({ marked: undefined });
  if (marked.flow === now.flow && marked.journey === now.journey) return;
  // Like with like: a packet beside a flow stands for its flow.
  const whole = marked.journey === undefined || now.journey === undefined;
  const subjects = whole ? ([{ flow: marked.flow }, { flow: now.flow }] as const) : ([marked, now] as const);
  const [first, second] = subjects.map((one) => nameOf(panel, one)) as [string, string];
  store.update({
    compared: { title: text('panel.compare.title', { first, second }), how: 'choice', subjects },
  });
}

/** `#7 GET / · SYN`. */
export function nameOf({ table, state: { text } }: Panel, { flow, journey }: Subject): string {
  const row = table.flow(flow);
  const packet = journey === undefined ? undefined : table.journey(journey);
  const request = row && (row.request || text(`kind.${row.kind}`));
  return [[`#${flow}`, request].filter(Boolean).join(' '), packet && packetTitle(packet, text)]
    .filter(Boolean)
    .join(' · ');
}
