import type { Hop, Journey } from '../../journey/report.ts';
import type { Plan, PlannedNode } from '../../lab/topology/plan.ts';
import { formatIpv4 } from '../../packet/address.ts';
import type { Translate } from '../../l10n/translate.ts';

/** Columns before the first lane: the time stands there. */
export const MARGIN = 11;

/** Where each node's lane stands, in columns from the margin. */
export interface Lanes {
  readonly centre: ReadonlyMap<string, number>;
  readonly width: number;
  readonly count: number;
}

export function lanesOf(plan: Plan): Lanes {
  const longest = (node: PlannedNode) =>
    Math.max(node.name.length + 1, ...addressLabels(node).map((label) => label.length)) + 1;
  const width = Math.max(13, ...plan.nodes.map(longest));
  const centre = new Map(plan.nodes.map(({ name }, index) => [name, index * width + (width >> 1)]));
  return { centre, width, count: plan.nodes.length };
}

/** The names of the nodes and below them their addresses; what is hidden on `lo` in parentheses. */
export function header(plan: Plan, lanes: Lanes, translate: Translate): string[] {
  const columns = plan.nodes.map((node) => [node.name, ...addressLabels(node)]);
  const height = Math.max(0, ...columns.map((column) => column.length));
  const indent = ' '.repeat(MARGIN);
  const rows = Array.from({ length: height }, (_, row) =>
    `${indent}${columns.map((column) => centred(column[row] ?? '', lanes.width)).join('')}`.trimEnd(),
  );
  const hidden = plan.nodes.some(({ loopback }) => loopback.length > 0);
  return hidden ? [...rows, `${indent}${translate('cli.hidden-vip')}`] : rows;
}

function addressLabels(node: PlannedNode): string[] {
  const own = node.interfaces.map(({ address }) => formatIpv4(address));
  const vips = new Set((node.forwarder?.services ?? []).map(({ vip }) => `VIP ${formatIpv4(vip)}`));
  return [...own, ...vips, ...node.loopback.map((vip) => `(${formatIpv4(vip)})`)];
}

function centred(text: string, width: number): string {
  const left = Math.max(0, (width >> 1) - (text.length >> 1));
  return `${' '.repeat(left)}${text}`.padEnd(width);
}

/**
 * One arrow between two lanes: `═` where the model does its work, `╌` for a reply. A lane that it passes stays
 * visible and the arrow breaks there; a frame that nobody received ends in a cross, and one of which that is not known in `?`.
 */
export function arrow(lanes: Lanes, { direction }: Journey, hop: Hop, heavy: boolean): string {
  const { centre, width, count } = lanes;
  const cells = Array.from({ length: count * width }, () => ' ');
  for (const x of centre.values()) cells[x] = '│';
  const from = centre.get(hop.from);
  if (from === undefined) return cells.join('').trimEnd();
  const to = centre.get(hop.to);
  const end = to ?? (from + width < cells.length ? from + width : from - width);
  const step = end < from ? -1 : 1;
  const lost = hop.arrival.fate === 'lost' || to === undefined;
  const last = lost ? (from + end) >> 1 : end - step;
  const stroke = heavy ? '═' : direction === 'reply' ? '╌' : '─';
  for (let x = from + step; x !== last + step; x += step) {
    const passing = [x - 1, x, x + 1].some((at) => cells[at] === '│' && at !== from && at !== end);
    if (!passing) cells[x] = stroke;
  }
  cells[from] = '●';
  cells[last] = lost ? (hop.arrival.fate === 'unseen' ? '?' : '✕') : step > 0 ? '▶' : '◀';
  return cells.join('').trimEnd();
}
