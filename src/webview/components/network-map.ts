import { html, nothing, svg, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { LabView } from '../../panel-protocol/messages.ts';
import { laneOrder } from '../ladder/lanes.ts';
import { rolePaths } from '../ladder/role-paths.ts';
import { BOX, mapOf, wayOf, type MapNode, type MapSegment, type NetworkMap } from '../map-layout.ts';
import type { Panel } from '../panel.ts';
import { stepAtHand } from '../predict/predict.ts';
import type { HopRow } from '../records/hop-row.ts';
import { rowWords } from '../rows/row-words.ts';
import { glide } from './glide.ts';

/** Letters that a box has room for beside its icon. */
const LONGEST_NAME = 12;

/** Nodes and segments as the plan has them, with the selected packet's way lit and the packet where it is. */
export function networkMap(panel: Panel, width: number): TemplateResult {
  const { text, lab, mapZoom } = panel.state;
  if (!lab) return html`<p class="hint">${text('panel.no-lab')}</p>`;
  const hops = hopsAtHand(panel);
  const on = new Set(hops.flatMap(({ from, to }) => [from, to]));
  const all = laneOrder(lab.nodes, { order: [], hidden: [] }).filter((index) => !lab.nodes[index]!.gone);
  const shown = mapZoom && hops.length > 0 ? all.filter((index) => on.has(index)) : all;
  const map = mapOf(lab, shown, width);
  const at = hopAtHand(panel, hops);
  return html`<svg
    class="map"
    width=${map.width}
    height=${map.height}
    viewBox="0 0 ${map.width} ${map.height}"
    role="img"
    aria-label=${[text('panel.tab.map'), whereabouts(panel)].filter(Boolean).join(': ')}
  >
    ${map.segments.map((one) => segment(panel, lab, one, hops))} ${map.nodes.map((one) => nodeLinks(one))}
    ${hops.map((hop) => way(map, hop, hop === at))} ${map.nodes.map((one) => box(lab, one, on))}
    ${at ? packet(panel, map, at) : nothing}
  </svg>`;
}

/** What the map shows of the packet, in words. */
export function whereabouts(panel: Panel): string {
  const row = panel.selectedRow;
  if (row?.kind !== 'hop' && row?.kind !== 'packet') return '';
  const { what, way: along, change, result } = rowWords(row, panel.words);
  return [what, along, change, result].filter(Boolean).join(' · ');
}

function hopsAtHand({ selectedRow: row, table }: Panel): readonly HopRow[] {
  return row?.kind === 'hop' || row?.kind === 'packet' ? table.hopsOf(row.journey) : [];
}

function hopAtHand({ selectedRow: row }: Panel, hops: readonly HopRow[]): HopRow | undefined {
  return row?.kind === 'hop' ? hops[row.hop] : undefined;
}

function segment(panel: Panel, lab: LabView, one: MapSegment, hops: readonly HopRow[]) {
  const { bars, trunkX, others } = one;
  const { name, subnet } = lab.segments[one.segment]!;
  const isLit = hops.some((hop) => hop.segment === one.segment);
  const [first, last] = [bars[0]!, bars.at(-1)!];
  const more = others > 0 ? ` · ${panel.state.text('panel.map.others', { count: others })}` : '';
  return svg`<g class=${isLit ? 'segment lit' : 'segment'}>
    ${trunkX === undefined ? nothing : svg`<line x1=${trunkX} x2=${trunkX} y1=${first.y} y2=${last.y}></line>`}
    ${bars.map(({ y, fromX, toX }) => svg`<line x1=${fromX} x2=${toX} y1=${y} y2=${y}></line>`)}
    <text x=${first.fromX} y=${first.y - 5}>${name} · ${subnet}${more}</text>
  </g>`;
}

function nodeLinks({ y, links }: MapNode) {
  return links.map(
    ({ x, barY }) =>
      svg`<line x1=${x} x2=${x} y1=${barY > y ? y + BOX.height / 2 : y - BOX.height / 2} y2=${barY}></line>`,
  );
}

function box(lab: LabView, { node, x, y }: MapNode, on: ReadonlySet<number>) {
  const { name, role } = lab.nodes[node]!;
  const left = x - BOX.width / 2;
  const label = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
  return svg`<g class=${on.has(node) ? 'node lit' : 'node'}>
    <title>${name}</title>
    <rect x=${left} y=${y - BOX.height / 2} width=${BOX.width} height=${BOX.height} rx="5"></rect>
    <path transform="translate(${left + 7} ${y - 8})" d=${rolePaths[role]}></path>
    <text x=${left + 28} y=${y + 4}>${label}</text>
  </g>`;
}

const points = (way: readonly (readonly [number, number])[]): string =>
  way.map((one) => one.join()).join(' ');

function way(map: NetworkMap, hop: HopRow, isHere: boolean) {
  const along = wayOf(map, hop);
  return along.length > 0
    ? svg`<polyline class=${isHere ? 'way here' : 'way'} points=${points(along)}></polyline>`
    : nothing;
}

/** Where the hop brought it; before a director that is to be predicted it waits. */
function packet(panel: Panel, map: NetworkMap, hop: HopRow) {
  const along = wayOf(map, hop);
  const step = stepAtHand(panel);
  const waits = step !== undefined && !panel.state.cover?.has(step.key);
  const end = waits ? along[0] : along.at(-1);
  if (!end) return nothing;
  const key = `${panel.state.selected}${waits ? '?' : ''}`;
  return svg`<g class="packet" transform="translate(${end[0]} ${end[1]})" ${ref((element) => glide(element, key, waits ? [] : along))}>
    <circle r="8"></circle>
    ${waits ? svg`<text y="4" text-anchor="middle">?</text>` : nothing}
  </g>`;
}
