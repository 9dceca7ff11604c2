import type { Plan } from '../lab/topology/plan.ts';
import type { Mac } from '../packet/address.ts';

/** An interface of the plan, where frames may have been captured. */
export interface Point {
  readonly node: string;
  readonly segment: string;
  readonly mac: Mac;
  /** What it was seen to use besides. */
  readonly otherMacs?: readonly Mac[];
}

/** `NODE.SEGMENT`. */
export const nameOf = ({ node, segment }: Pick<Point, 'node' | 'segment'>) => `${node}.${segment}`;

/** All interfaces of the plan, in its order. */
export function pointsOf({ nodes }: Plan): Point[] {
  return nodes.flatMap(({ name, interfaces }) =>
    interfaces.map(({ segment, mac, otherMacs }): Point => ({
      node: name,
      segment,
      mac,
      ...(otherMacs && { otherMacs }),
    })),
  );
}

/** All MAC addresses of an interface. */
export const macsOf = ({ mac, otherMacs = [] }: Pick<Point, 'mac' | 'otherMacs'>): readonly Mac[] => [
  mac,
  ...otherMacs,
];
