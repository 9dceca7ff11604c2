import type { LessonStep } from '../panel-protocol/messages.ts';
import type { Panel } from './panel.ts';
import { packetTitle } from './rows/row-words.ts';
import { fieldLabel } from './rows/unexpected.ts';
import { detailsOf, reveal } from './selection.ts';

/** What a step leads to, in the words of its row; undefined while that has not come, or is gone. */
export function stepWords({ table, names, state }: Panel, step: LessonStep): string | undefined {
  const { text } = state;
  const flow = table.flow(step.flow);
  if (!flow) return undefined;
  const what = flow.request || text(`kind.${flow.kind}`);
  if (step.journey === undefined) return `#${flow.id} ${names.node(flow.client)} ${what}`;
  const journey = table.journey(step.journey);
  if (!journey) return undefined;
  const title = packetTitle(journey, text);
  const hop = step.hop === undefined ? undefined : table.hopsOf(step.journey)[step.hop];
  if (step.hop === undefined) return `#${flow.id} ${title}`;
  if (!hop) return undefined;
  const way = `${title} ${names.node(hop.from)} → ${names.node(hop.to)}`;
  return step.field === undefined ? way : `${way} · ${fieldLabel(step.field, text)}`;
}

/** Selects the row; where one field of it matters, that is lit among the layers. */
export async function followStep(panel: Panel, step: LessonStep): Promise<void> {
  const { store } = panel;
  if (step.field === undefined) return reveal(panel, step.flow, step.journey, step.hop);
  store.update({ detailsOpen: true, detailsTab: 'layers' });
  reveal(panel, step.flow, step.journey, step.hop);
  const { selected } = panel.state;
  const details = await detailsOf(panel, panel.selectedRow);
  const fields = details?.out?.layers.flatMap((layer) => layer.fields) ?? [];
  const field = fields.find(({ name }) => name === step.field);
  if (panel.state.selected !== selected) return;
  store.update({ details, field: field && { offset: field.offset, length: field.length } });
}
