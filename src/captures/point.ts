import type { Plan } from '../lab/topology/plan.ts';
import type { Mac } from '../packet/address.ts';

/** An interface of the plan, where frames may have been captured. */
export interface Point {
  readonly node: string;
  readonly segment: string;
  readonly mac: Mac;
}

/** `NODE.SEGMENT`. */
export const nameOf = ({ node, segment }: Pick<Point, 'node' | 'segment'>) => `${node}.${segment}`;

/** All interfaces of the plan, in its order. */
export function pointsOf({ nodes }: Plan): Point[] {
  return nodes.flatMap(({ name, interfaces }) =>
    interfaces.map(({ segment, mac }): Point => ({ node: name, segment, mac })),
  );
}
