import type { LabView, LaneView } from '../../panel-protocol/messages.ts';
import type { Text } from '../text.ts';
import { nodesOf, type Geometry } from './geometry.ts';
import type { Measure } from './shapes.ts';

/** `full`: names, roles, addresses, VIPs and segments. `short`: without addresses. `names`: names and VIPs only. */
export type Density = 'full' | 'short' | 'names';

export interface HeaderScene {
  readonly lab: LabView;
  readonly geometry: Geometry;
  readonly measure: Measure;
  readonly text: Text;
  readonly highlighted: readonly number[];
  readonly density: Density;
}

export const NAME = 24;
export const ROLE = 13;
export const ADDRESS = 14;
export const VIP = 19;
export const SEGMENT = 15;
export const FOOT = 6;

/** What the heads have room for. */
export interface HeadLines {
  readonly role: boolean;
  readonly addresses: number;
  readonly vips: boolean;
}

/** Pixels that the lanes' heads take: the same whichever lanes are folded. */
export function headerHeight(scene: Pick<HeaderScene, 'lab' | 'geometry' | 'density'>): number {
  const { role, addresses, vips } = headLines(scene);
  const segments = scene.density === 'names' ? 0 : scene.lab.segments.filter(({ gone }) => !gone).length;
  return NAME + (role ? ROLE : 0) + ADDRESS * addresses + (vips ? VIP : 0) + SEGMENT * segments + FOOT;
}

export function headLines({
  lab: { nodes, services },
  geometry: { lanes },
  density,
}: Pick<HeaderScene, 'lab' | 'geometry' | 'density'>): HeadLines {
  const all = lanes.flatMap(({ slot }) => nodesOf(slot)).map((node) => nodes[node]!);
  const addresses = all.map((lane) => lane.interfaces.length + (weightsOf(lane, services) ? 1 : 0));
  return {
    role: density !== 'names',
    addresses: density === 'full' ? Math.max(0, ...addresses) : 0,
    vips: all.some(({ vips }) => vips.length > 0),
  };
}

/** A server's weight where it is not 1, for then it explains who is chosen how often; one for each service. */
export function weightsOf({ name }: LaneView, services: LabView['services']): string {
  const weights = services.flatMap(({ servers }) =>
    servers.filter((server) => server.name === name).map(({ weight }) => weight),
  );
  return weights.some((weight) => weight !== 1) ? weights.join(', ') : '';
}
