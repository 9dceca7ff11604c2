import type { LabView, LaneView } from '../../panel-protocol/messages.ts';
import type { Text } from '../text.ts';
import type { Geometry } from './geometry.ts';
import { rolePaths } from './role-paths.ts';
import { fit, type Hit, type Measure, type Picture, type Shape } from './shapes.ts';

export interface HeaderScene {
  readonly lab: LabView;
  readonly geometry: Geometry;
  readonly measure: Measure;
  readonly text: Text;
  readonly highlighted: readonly number[];
  /** Little height: names and VIPs only. */
  readonly compact?: boolean;
}

const NAME = 26;
const ADDRESS = 14;
const VIP = 19;
const SEGMENT = 16;

/** Pixels that the lanes' heads take. */
export function headerHeight({
  lab,
  geometry,
  compact = false,
}: Pick<HeaderScene, 'lab' | 'geometry' | 'compact'>): number {
  const { addresses, vips } = extents(lab, geometry, compact);
  const segments = geometry.narrow || compact ? 0 : lab.segments.filter(({ gone }) => !gone).length;
  return NAME + ADDRESS * addresses + (vips ? VIP : 0) + SEGMENT * segments + 7;
}

function extents(
  { nodes, services }: LabView,
  { lanes }: Geometry,
  compact = false,
): { addresses: number; vips: boolean } {
  const shown = lanes.map(({ node }) => nodes[node]!);
  return {
    addresses: compact
      ? 0
      : Math.max(0, ...shown.map((lane) => lane.interfaces.length + (weightsOf(lane, services) ? 1 : 0))),
    vips: shown.some(({ vips }) => vips.length > 0),
  };
}

/** The heads of the lanes: who it is, its addresses, its VIP; below them which segments it is on. */
export function layoutHeader(scene: HeaderScene): Picture {
  const { lab, geometry } = scene;
  const picture: Picture = { shapes: [], hits: [] };
  const height = headerHeight(scene);
  picture.shapes.push({ kind: 'rect', x: 0, y: 0, width: geometry.width, height, fill: 'background' });
  const { addresses } = extents(lab, geometry, scene.compact);
  // A name tells more than an icon.
  const withIcons = geometry.lanes.every(
    ({ node }) => scene.measure(lab.nodes[node]!.name, 'strong') + 28 <= geometry.gap,
  );
  for (const { node, x } of geometry.lanes) {
    if (scene.highlighted.includes(node)) {
      const width = Math.min(geometry.gap - 8, 72);
      picture.shapes.push({
        kind: 'rect',
        x: x - width / 2,
        y: 2,
        width,
        height: height - 2,
        fill: 'highlight',
      });
    }
    picture.hits.push(laneHead(picture.shapes, lab.nodes[node]!, x, addresses, withIcons, scene));
  }
  if (!geometry.narrow && !scene.compact) segmentBars(picture.shapes, height, scene);
  const y = height - 0.5;
  picture.shapes.push({ kind: 'line', x1: 0, y1: y, x2: geometry.width, y2: y, ink: 'rule', width: 1 });
  return picture;
}

function laneHead(
  shapes: Shape[],
  lane: LaneView,
  x: number,
  addresses: number,
  withIcon: boolean,
  scene: HeaderScene,
): Hit {
  const { geometry, measure, text } = scene;
  const room = geometry.gap - 8;
  const name = fit(lane.name, 'strong', geometry.gap - (withIcon ? 28 : 4), measure);
  const nameWidth = measure(name, 'strong');
  const ink = lane.gone || lane.state === 'stopped' || lane.state === 'failed' ? 'muted' : 'foreground';
  if (withIcon) {
    const left = Math.round(x - (nameWidth + 20) / 2);
    shapes.push({ kind: 'icon', x: left, y: 6, path: rolePaths[lane.role], ink });
    shapes.push({ kind: 'text', x: left + 20, y: 14, text: name, ink, face: 'strong' });
  } else shapes.push({ kind: 'text', x, y: 14, text: name, ink, face: 'strong', align: 'middle' });
  let y = NAME + ADDRESS / 2;
  for (const { address } of scene.compact ? [] : lane.interfaces) {
    const shown =
      measure(address, 'monoSmall') <= room
        ? address
        : `…${address.slice(address.indexOf('.', address.indexOf('.') + 1))}`;
    shapes.push({ kind: 'text', x, y, text: shown, ink: 'muted', face: 'monoSmall', align: 'middle' });
    y += ADDRESS;
  }
  const weights = weightsOf(lane, scene.lab.services);
  if (weights && !scene.compact) {
    const words = fit(text('panel.weight', { weight: weights }), 'small', room, measure);
    shapes.push({ kind: 'text', x, y, text: words, ink: 'foreground', face: 'small', align: 'middle' });
  }
  vipBadge(shapes, lane, x, NAME + ADDRESS * addresses + VIP / 2 - 1, scene);
  const title = [
    `${lane.name} · ${text(`panel.role.${lane.role}`)}`,
    ...lane.interfaces.map((port) => `${port.segment}: ${port.address}/${port.prefixLength} · ${port.mac}`),
    ...lane.vips.map(({ address, how }) => text(`panel.vip.${how}`, { address })),
    ...(weights ? [text('panel.weight', { weight: weights })] : []),
    ...scene.lab.services
      .filter(({ director }) => director === lane.name)
      .map(({ name, vip, port, protocol, scheduler }) =>
        text('panel.service.of', { name, vip, port, protocol, scheduler }),
      ),
    ...(lane.state === 'running' ? [] : [text(`panel.node.${lane.state}`)]),
  ].join('\n');
  return { x: x - geometry.gap / 2, y: 0, width: geometry.gap, height: headerHeight(scene), title };
}

/** A server's weight where it is not 1, for then it explains who is chosen how often; one for each service. */
function weightsOf({ name }: LaneView, services: LabView['services']): string {
  const weights = services.flatMap(({ servers }) =>
    servers.filter((server) => server.name === name).map(({ weight }) => weight),
  );
  return weights.some((weight) => weight !== 1) ? weights.join(', ') : '';
}

/** Owned: a full badge. Hidden: dashed, in brackets. Exposed, though it should not be: a warning. */
function vipBadge(
  shapes: Shape[],
  { vips }: LaneView,
  x: number,
  y: number,
  { measure, text }: HeaderScene,
): void {
  const how = vips[0]?.how;
  if (!how) return;
  const words = text(`panel.vip.badge.${how}`);
  const width = measure(words, 'small') + 12;
  const ink = how === 'exposed' ? 'warn' : how === 'owned' ? 'signature' : 'muted';
  shapes.push({
    kind: 'rect',
    x: Math.round(x - width / 2) + 0.5,
    y: y - 7.5,
    width,
    height: 15,
    radius: 3,
    stroke: ink,
    ...(how === 'owned' && { fill: 'chip' }),
    ...(how === 'hidden' && { dash: 'dotted' }),
  });
  const textInk = how === 'hidden' ? 'muted' : how === 'exposed' ? 'warn' : 'foreground';
  shapes.push({ kind: 'text', x, y, text: words, ink: textInk, face: 'small', align: 'middle' });
}

/** A bar for each segment from its first lane to its last, with a dot at each that is on it. */
function segmentBars(shapes: Shape[], height: number, { lab, geometry, measure }: HeaderScene): void {
  const segments = lab.segments.filter(({ gone }) => !gone);
  let y = height - 7 - SEGMENT * segments.length + SEGMENT / 2;
  for (const { name, subnet } of segments) {
    const on = geometry.lanes.filter(({ node }) =>
      lab.nodes[node]!.interfaces.some(({ segment }) => segment === name),
    );
    const [first, last] = [on[0], on[on.length - 1]];
    if (first && last) {
      shapes.push({ kind: 'line', x1: first.x, y1: y, x2: last.x, y2: y, ink: 'muted', width: 1 });
      for (const { x } of on) shapes.push({ kind: 'circle', x, y, radius: 2.5, fill: 'muted' });
      segmentLabel(
        shapes,
        `${name}  ${subnet}`,
        name,
        on.map(({ x }) => x),
        y,
        geometry,
        measure,
      );
    }
    y += SEGMENT;
  }
}

/** On the bar in its widest gap, or behind its end when there is none that is wide enough. */
function segmentLabel(
  shapes: Shape[],
  long: string,
  short: string,
  stops: readonly number[],
  y: number,
  { width: edge }: Geometry,
  measure: Measure,
): void {
  let [from, to] = [0, 0];
  for (let index = 1; index < stops.length; index++) {
    const [a, b] = [stops[index - 1]!, stops[index]!];
    if (b - a > to - from + 1) [from, to] = [a, b];
  }
  const room = to - from - 16;
  const words = [long, short].find((one) => measure(one, 'small') <= room);
  if (words === undefined) {
    const x = stops[stops.length - 1]! + 8;
    shapes.push({
      kind: 'text',
      x,
      y,
      text: fit(short, 'small', edge - x - 4, measure),
      ink: 'muted',
      face: 'small',
    });
    return;
  }
  const width = measure(words, 'small') + 8;
  const x = (from + to) / 2;
  shapes.push({ kind: 'rect', x: x - width / 2, y: y - 7, width, height: 14, fill: 'background' });
  shapes.push({ kind: 'text', x, y, text: words, ink: 'muted', face: 'small', align: 'middle' });
}
