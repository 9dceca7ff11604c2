import { html, nothing, svg, type TemplateResult } from 'lit';
import { laneOrder } from '../ladder/lanes.ts';
import { rolePaths } from '../ladder/role-paths.ts';
import { mapOf } from '../map-layout.ts';
import type { Panel } from '../panel.ts';

/** Nodes and segments as the plan has them, with the selected packet's way lit and the packet where it is. */
export function networkMap(panel: Panel): TemplateResult {
  const { text, lab } = panel.state;
  if (!lab) return html`<p class="hint">${text('panel.no-lab')}</p>`;
  const shown = laneOrder(lab.nodes, { order: [], hidden: [] }).filter((index) => !lab.nodes[index]!.gone);
  const { width, height, nodes, segments } = mapOf(lab, shown);
  const row = panel.selectedRow;
  const hops = row && (row.kind === 'hop' || row.kind === 'packet') ? panel.table.hopsOf(row.journey) : [];
  const at = row?.kind === 'hop' ? hops[row.hop] : undefined;
  const on = new Set(hops.flatMap(({ from, to }) => [from, to]));
  const place = (index: number) => nodes.find(({ node }) => node === index);
  const line = (index: number) => segments.find(({ segment }) => segment === index);
  return html`<svg
    class="map"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label=${text('panel.tab.map')}
  >
    ${segments.map(
      ({
        segment,
        y,
        fromX,
        toX,
      }) => svg`<g class=${hops.some((hop) => hop.segment === segment) ? 'segment lit' : 'segment'}>
        <line x1=${fromX} x2=${toX} y1=${y} y2=${y}></line>
        <text x=${fromX} y=${y - 7}>${lab.segments[segment]!.name} · ${lab.segments[segment]!.subnet}</text>
      </g>`,
    )}
    ${nodes.map(({ node, x, y, links }) => {
      const { name, role } = lab.nodes[node]!;
      return svg`<g class=${on.has(node) ? 'node lit' : 'node'}>
        ${links.map((linkY) => svg`<line x1=${x} x2=${x} y1=${linkY > y ? y + 20 : y - 20} y2=${linkY}></line>`)}
        <rect x=${x - 44} y=${y - 20} width="88" height="40" rx="5"></rect>
        <path transform="translate(${x - 8} ${y - 16})" d=${rolePaths[role]}></path>
        <text x=${x} y=${y + 13} text-anchor="middle">${name.length > 12 ? `${name.slice(0, 11)}…` : name}</text>
      </g>`;
    })}
    ${hops.map((hop) => {
      const [from, to, bar] = [place(hop.from), place(hop.to), line(hop.segment)];
      if (!from || !to || !bar) return nothing;
      const side = (y: number) => (bar.y > y ? y + 20 : y - 20);
      return svg`<polyline class=${hop === at ? 'way here' : 'way'} points="${from.x},${side(from.y)} ${from.x},${bar.y} ${to.x},${bar.y} ${to.x},${side(to.y)}"></polyline>`;
    })}
    ${at ? packet(place(at.to) ?? place(at.from)) : nothing}
  </svg>`;
}

/** Placed by a transform, so that it glides from node to node where motion is welcome. */
function packet(place: { readonly x: number; readonly y: number } | undefined) {
  return place
    ? svg`<g class="packet" transform="translate(${place.x + 40} ${place.y - 20})"><circle r="7"></circle></g>`
    : nothing;
}
