import type { Plan } from '../lab/topology/plan.ts';
import type { Mac } from '../packet/address.ts';
import type { Capture, CaptureRecord } from '../packet/capture.ts';
import * as ethernet from '../packet/ethernet.ts';
import type { CaptureNote } from './told.ts';

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

/** Where somebody said that interfaces were: by name, `*` for all that have no place else. */
export type Choices = ReadonlyMap<string, Point>;

/** Reads `NAME=NODE.SEGMENT` and `NODE.SEGMENT`; a note where one is no interface of the plan. */
export function readChoices(texts: readonly string[], points: readonly Point[]): Choices | CaptureNote {
  const given = new Map<string, Point>();
  for (const text of texts) {
    const [name = '', place] = text.includes('=') ? text.split('=') : ['*', text];
    const point = points.find((one) => nameOf(one) === place);
    if (point === undefined)
      return { code: 'no-such-point', params: { point: text, points: points.map(nameOf).join(', ') } };
    given.set(name, point);
  }
  return given;
}

/**
 * Where each interface of a capture was: what was chosen for it, or its name as `NODE.SEGMENT`, or its MAC address.
 * `undefined` for one that cannot be placed.
 */
export function placeInterfaces(
  { interfaces }: Capture,
  points: readonly Point[],
  choices: Choices,
): (Point | undefined)[] {
  return interfaces.map(
    ({ name, mac }) =>
      choices.get(name) ??
      points.find((point) => nameOf(point) === name) ??
      points.find((point) => point.mac === mac) ??
      choices.get('*'),
  );
}

/** tcpdump does not say it: what has the interface's own MAC as source was sent by it. */
export function directionOf({ direction, bytes }: CaptureRecord, { mac }: Point): 'in' | 'out' {
  if (direction !== undefined) return direction;
  return ethernet.check(bytes, 0, bytes.length) === undefined && ethernet.sourceOf(bytes, 0) === mac
    ? 'out'
    : 'in';
}
