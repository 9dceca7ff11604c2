import type { Plan } from '../lab/topology/plan.ts';
import type { Mac } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import type { PlainFrame } from './collect.ts';
import { macsOf, nameOf, pointsOf, type Point } from './point.ts';
import type { Port } from './port.ts';

/** Of so many known interfaces there are frames at once only where a switch copies them. */
const LEAST_MACS = 3;

/**
 * The segment of which a port's frames are copies (a mirror port, SPAN), by the frames alone: they go between several of its
 * interfaces, and none of these has a part in all of them.
 */
export function mirroredSegment(port: Port, points: readonly Point[]): string | undefined {
  if (port.ownMacs().length > 0) return undefined;
  const seen = new Set(port.macs());
  const known = points.filter((point) => macsOf(point).some((mac) => seen.has(mac)));
  const [segment, ...others] = new Set(known.map((one) => one.segment));
  return known.length >= LEAST_MACS && others.length === 0 ? segment : undefined;
}

/** Who sent the frames that mirror ports show, of those who have no recording of their own there. */
export class Mirrored {
  readonly #senders = new Map<string, Map<Mac, Point>>();
  readonly #recorded: ReadonlySet<string>;
  /** By what is to be called who recorded it: the nodes of which it shows frames. */
  readonly nodes = new Map<string, Set<string>>();

  constructor(plan: Plan, ports: readonly Port[]) {
    this.#recorded = new Set(
      ports.flatMap(({ point, frames }) => (point && frames > 0 ? [nameOf(point)] : [])),
    );
    for (const point of pointsOf(plan)) {
      let own = this.#senders.get(point.segment);
      if (own === undefined) this.#senders.set(point.segment, (own = new Map<Mac, Point>()));
      for (const mac of macsOf(point)) own.set(mac, point);
    }
  }

  /** Undefined for a frame of nobody's. */
  senderOf({ bytes, port }: PlainFrame): Point | undefined {
    if (port.mirror === undefined || bytes.length < ethernet.HEADER_LENGTH) return undefined;
    return this.#senders.get(port.mirror)?.get(ethernet.sourceOf(bytes, 0));
  }

  /** Whoever sent it tells so itself: then the copy is of use for clocks only. */
  isRecorded(sender: Point): boolean {
    return this.#recorded.has(nameOf(sender));
  }

  /** Frames of this node have the time of that recorder. */
  shows(host: string, { node }: Point): void {
    const nodes = this.nodes.get(host) ?? new Set();
    this.nodes.set(host, nodes.add(node));
  }
}
