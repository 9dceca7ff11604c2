import { NO_NODE } from '../../panel-protocol/records.ts';
import type { FlowRow } from '../records/flow-row.ts';
import { flowResult } from '../rows/row-words.ts';
import { formatDuration } from '../time-format.ts';
import type { RowOf, Scene, Sheet } from './scene.ts';
import { fit, type Face, type Ink } from './shapes.ts';
import { twisty } from './twisty.ts';

const marks: Readonly<Record<FlowRow['outcome'], readonly [sign: string, ink: Ink]>> = {
  answered: ['✓', 'good'],
  partial: ['✗', 'bad'],
  refused: ['✗', 'bad'],
  lost: ['✗', 'bad'],
  ambiguous: ['?', 'warn'],
  open: ['…', 'muted'],
};

/** Answered, but not as the model says: neither well nor failed. */
function markOf({ outcome, expected }: FlowRow): readonly [sign: string, ink: Ink] {
  return outcome === 'answered' && expected === 2 ? ['▲', 'warn'] : marks[outcome];
}

/** A flow in one line: how it ended, what was asked, of whom, who served it, how long it took. */
export function flowShapes(sheet: Sheet, row: RowOf<'flow'>, scene: Scene): void {
  const flow = scene.table.flow(row.flow);
  if (!flow) return;
  const { geometry, text, measure } = scene;
  const { narrow } = geometry;
  const { left, right } = geometry.view;
  const y = row.top + row.height / 2;
  const quiet = flow.kind === 'arp' && flow.outcome === 'answered';
  const ink: Ink = quiet ? 'muted' : 'foreground';
  const put = (value: string, x: number, face: Face, colour: Ink = ink, align: 'start' | 'end' = 'start') =>
    sheet.shapes.push({ kind: 'text', x, y, text: value, ink: colour, face, align });
  twisty(sheet, row, left + 14, y);
  const [sign, signInk] = markOf(flow);
  put(sign, left + 28, 'strong', quiet && flow.expected !== 2 ? 'muted' : signInk);
  put(`#${flow.id}`, left + 46, 'monoSmall', 'muted');

  const edge = right - 14;
  const duration = formatDuration(flow.endNs - flow.startNs);
  put(duration, edge, 'monoSmall', 'muted', 'end');
  const packets = narrow ? '' : text('panel.packets', { count: flow.journeys });
  put(packets, edge - 74, 'small', 'muted', 'end');
  const resultEnd = narrow ? edge - 74 : edge - 156;
  const start = left + 86;
  const good = flow.outcome === 'answered' && flow.expected !== 2;
  const whole = good && flow.kind === 'arp' ? '' : flowResult(flow, scene);
  const result = fit(whole, 'small', good ? 90 : (resultEnd - start) * 0.6, measure);
  put(result, resultEnd, 'small', good ? 'muted' : signInk, 'end');
  if (result !== whole) {
    const wide = measure(result, 'small');
    sheet.hits.push({ x: resultEnd - wide, y: row.top, width: wide, height: row.height, title: whole });
  }

  const room = resultEnd - measure(result, 'small') - 16 - start;
  const face: Face = quiet ? 'ui' : 'strong';
  const title = fit(flow.request || text(`kind.${flow.kind}`), face, room * 0.45, measure);
  put(title, start, face);
  const wayAt = start + Math.max(measure(title, face), narrow ? 0 : 74) + 14;
  put(fit(wayOf(flow, scene), 'ui', start + room - wayAt, measure), wayAt, 'ui', 'muted');
}

function wayOf(flow: FlowRow, { names }: Scene): string {
  const from = flow.client === NO_NODE ? names.address(flow.clientAddress) : names.node(flow.client);
  const to = names.endpoint(flow.serviceAddress, flow.servicePort);
  const server = flow.server === NO_NODE || flow.kind === 'arp' ? '' : names.node(flow.server);
  // Without a service between them the address is the server's own.
  const same = server === '' || server === names.address(flow.serviceAddress);
  return `${from}  →  ${to}${same ? '' : `  →  ${server}`}`;
}
