import type { Flow, Hop, HopChange, Journey, Report } from '../journey/report.ts';
import type { Translate } from '../l10n/translate.ts';
import type { Plan, PlannedNode } from '../lab/topology/plan.ts';
import { formatIpv4, formatMac } from '../packet/address.ts';
import type { Painter } from './paint.ts';

/** Columns before the first lane: the time. */
const MARGIN = 11;

export interface LadderOptions {
  /** Unfold every flow; otherwise the first of each epoch is unfolded and the others are one line. */
  readonly full: boolean;
  /** Addresses as they are on the wire; otherwise the names of nodes and services where there are some. */
  readonly values: boolean;
}

/** The sequence diagram as lines of text: lanes are nodes in path order, arrows are frames, below each what it changed. */
export function ladder(
  report: Report,
  plan: Plan,
  title: string,
  translate: Translate,
  paint: Painter,
  options: LadderOptions,
): string[] {
  const lanes = laneGeometry(plan);
  const names = options.values ? new Map<string, string>() : namesOf(plan);
  const journeys = new Map(report.journeys.map((journey) => [journey.id, journey]));
  const lines = [
    paint(
      'heading',
      `${translate(`cli.model.${report.model}`)} · ${title} · ${translate(`cli.engine.${report.engine}`)}`,
    ),
    '',
  ];
  lines.push(...header(plan, lanes, translate));
  const opened = new Set<string>();
  let epoch = 0;
  for (const flow of report.flows) {
    for (; epoch < flow.epoch; epoch++)
      lines.push('', paint('heading', epochLine(report, epoch + 1, translate)));
    const first = `${flow.epoch} ${flow.kind === 'arp' ? 'arp' : 'flow'} ${flow.outcome.kind}`;
    const open = options.full || (flow.kind !== 'arp' && !opened.has(first));
    opened.add(first);
    lines.push(...(open ? [''] : []), flowLine(flow, open, names, translate, paint));
    if (!open) continue;
    for (const id of flow.journeys)
      lines.push(...journeyLines(journeys.get(id)!, lanes, names, translate, paint));
  }
  return lines;
}

interface Lanes {
  readonly centre: ReadonlyMap<string, number>;
  readonly width: number;
  readonly order: readonly string[];
}

function laneGeometry(plan: Plan): Lanes {
  const order = plan.nodes.map(({ name }) => name);
  const width = Math.max(
    13,
    ...order.map((name) => name.length + 2),
    ...plan.nodes.flatMap((node) => labels(node).map((label) => label.length + 1)),
  );
  const centre = new Map(order.map((name, index) => [name, MARGIN + index * width + Math.floor(width / 2)]));
  return { order, width, centre };
}

function labels(node: PlannedNode): string[] {
  const own = node.interfaces.map(({ address }) => formatIpv4(address));
  const vips = (node.forwarder?.services ?? []).map(({ vip }) => `VIP ${formatIpv4(vip)}`);
  return [...own, ...new Set(vips), ...node.loopback.map((vip) => `(${formatIpv4(vip)})`)];
}

function header(plan: Plan, lanes: Lanes, translate: Translate): string[] {
  const columns = plan.nodes.map((node) => [node.name, ...labels(node)]);
  const height = Math.max(0, ...columns.map((column) => column.length));
  const rows = Array.from({ length: height }, (_, row) => {
    const cells = columns.map((column) => centred(column[row] ?? '', lanes.width));
    return `${' '.repeat(MARGIN)}${cells.join('')}`.trimEnd();
  });
  const hidden = plan.nodes.some(({ loopback }) => loopback.length > 0);
  return hidden ? [...rows, `${' '.repeat(MARGIN)}${translate('cli.hidden-vip')}`] : rows;
}

function centred(text: string, width: number): string {
  const left = Math.max(0, Math.floor(width / 2) - Math.floor(text.length / 2));
  return `${' '.repeat(left)}${text}`.padEnd(width);
}

/** MACs and addresses as the names people use. A VIP is its service's, everything else its node's. */
function namesOf(plan: Plan): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name, interfaces } of plan.nodes) {
    for (const { mac } of interfaces) names.set(formatMac(mac), name);
  }
  for (const { vip } of plan.services)
    names.set(formatIpv4(vip), plan.services.length > 1 ? formatIpv4(vip) : 'VIP');
  return names;
}

function flowLine(
  flow: Flow,
  open: boolean,
  names: Map<string, string>,
  translate: Translate,
  paint: Painter,
): string {
  const service = `${names.get(flow.service.address) ?? flow.service.address}${flow.service.port === undefined ? '' : `:${flow.service.port}`}`;
  const client = `${flow.client.node || flow.client.address}${flow.client.port === undefined ? '' : `:${flow.client.port}`}`;
  const packets = translate('cli.packets', { count: flow.journeys.length });
  const duration = `${((flow.endNs - flow.startNs) / 1e6).toFixed(2)} ms`;
  const what = flow.request || translate(`cli.kind.${flow.kind}`);
  const parts = [
    `${what} → ${service}`,
    client,
    flow.server?.node ?? '',
    flow.response,
    packets,
    duration,
    outcomeText(flow, translate, paint),
  ];
  return `${open ? '▾' : '▸'} #${flow.id}  ${parts.filter(Boolean).join('   ')}`;
}

function outcomeText({ outcome }: Flow, translate: Translate, paint: Painter): string {
  const text = translate(`cli.outcome.${outcome.kind}`);
  if (outcome.kind === 'answered') return paint('good', `✓ ${text}`);
  if (outcome.kind === 'open') return text;
  if (outcome.kind === 'ambiguous') return paint('warning', `? ${text} (${outcome.candidates})`);
  const place = outcome.kind === 'lost' ? outcome.at : outcome.by;
  return paint('bad', `✗ ${text} · ${place}: ${translate(`reason.${outcome.reason}`)}`);
}

function journeyLines(
  journey: Journey,
  lanes: Lanes,
  names: Map<string, string>,
  translate: Translate,
  paint: Painter,
): string[] {
  const again = journey.retransmission ? `  ${paint('warning', translate('cli.retransmission'))}` : '';
  const unsure =
    journey.confidence === 'certain'
      ? ''
      : `  ${paint('routine', translate(`cli.confidence.${journey.confidence}`))}`;
  const direction = paint('routine', translate(`cli.${journey.direction}`));
  const lines = [
    `  ${paint('heading', translate(`cli.kind.${journey.kind}`))}  ${direction}${again}${unsure}`,
  ];
  for (const hop of journey.hops) lines.push(...hopLines(journey, hop, lanes, names, translate, paint));
  return lines;
}

function hopLines(
  journey: Journey,
  hop: Hop,
  lanes: Lanes,
  names: Map<string, string>,
  translate: Translate,
  paint: Painter,
): string[] {
  const time = `${(hop.timeNs / 1e6).toFixed(2)}`.padStart(MARGIN - 2);
  const signature = hop.changes.filter(({ role }) => role === 'signature');
  const lines = [
    `${time}  ${arrow(journey, hop, signature.length > 0, lanes)}  ${paint('routine', hop.segment)}  #${hop.frame}`,
  ];
  const indent = ' '.repeat(MARGIN);
  const routine = hop.changes.filter(({ role }) => role === 'routine');
  const show = (change: HopChange) => changeText(change, names);
  if (signature.length > 0) lines.push(`${indent}${paint('signature', signature.map(show).join(' · '))}`);
  if (routine.length > 0)
    lines.push(`${indent}${paint('routine', `+${routine.length}  ${routine.map(show).join(', ')}`)}`);
  for (const { field, expected, observed } of hop.expected.filter(({ ok }) => !ok)) {
    lines.push(`${indent}${paint('bad', translate('cli.unexpected', { field, expected, observed }))}`);
  }
  const arrival = arrivalText(hop, translate, paint);
  return arrival ? [...lines, `${indent}${arrival}`] : lines;
}

/** One arrow between two lanes. A lane that it passes stays visible and the line breaks there. */
function arrow(journey: Journey, hop: Hop, signature: boolean, { centre, order, width }: Lanes): string {
  const cells = Array.from({ length: MARGIN + order.length * width }, () => ' ');
  for (const x of centre.values()) cells[x] = '│';
  const from = centre.get(hop.from);
  const to = centre.get(hop.to);
  if (from === undefined) return cells.slice(MARGIN).join('').trimEnd();
  const lost = hop.arrival.fate === 'lost' || to === undefined;
  const end = to ?? (from + width < cells.length ? from + width : from - width);
  const step = Math.sign(end - from) || 1;
  const stroke = signature ? '═' : journey.direction === 'reply' ? '╌' : '─';
  const last = lost ? Math.round((from + end) / 2) : end - step;
  for (let x = from + step; x !== last + step; x += step) {
    const passed = [x - 1, x, x + 1].find((at) => cells[at] === '│' && at !== from && at !== end);
    if (passed === undefined) cells[x] = stroke;
  }
  cells[from] = '●';
  cells[last] = lost ? '✕' : step > 0 ? '▶' : '◀';
  return cells.slice(MARGIN).join('').trimEnd();
}

function changeText({ field, before, after }: HopChange, names: Map<string, string>): string {
  const name = (value: string) => value.replace(/[0-9a-f:.]+/g, (part) => names.get(part) ?? part);
  if (field === 'ipip') return before === '' ? `ipip + [${name(after)}]` : `ipip − [${name(before)}]`;
  return `${field} ${name(before) || '–'} → ${name(after) || '–'}`;
}

function arrivalText({ arrival }: Hop, translate: Translate, paint: Painter): string {
  const { fate, reason, decision } = arrival;
  const chosen =
    decision && decision.rule === 'schedule'
      ? [decision.server, decision.detail].filter(Boolean).join(' · ')
      : '';
  if (fate === 'forwarded')
    return chosen ? paint('routine', `▼ ${translate('cli.scheduled', { choice: chosen })}`) : '';
  const because = reason ? `: ${translate(`reason.${reason}`)}` : '';
  const bad = fate === 'dropped' || fate === 'lost';
  return paint(bad ? 'bad' : 'routine', `${bad ? '✕' : '▼'} ${translate(`cli.fate.${fate}`)}${because}`);
}

function epochLine(report: Report, number: number, translate: Translate): string {
  const epoch = report.epochs.find((one) => one.epoch === number);
  const changes = (epoch?.changes ?? []).map(({ kind, name }) => `${kind} ${name}`.trim()).join(', ');
  return translate('cli.epoch', { epoch: number, changes });
}
