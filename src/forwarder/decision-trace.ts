import { frameHash } from '../packet/hash.ts';
import type { Frame } from './frame.ts';
import type { Forwarder } from './forwarder.ts';
import type { Decision, Verdict } from './verdict.ts';

/** Makes decisions out of verdicts, for whoever watches. It remembers what the frames looked like that are held. */
export class DecisionTrace {
  private readonly forwarder: Forwarder;
  private readonly held = new Map<number, readonly number[]>();

  constructor(forwarder: Forwarder) {
    this.forwarder = forwarder;
    forwarder.watched = true;
  }

  /**
   * The verdict as data, or `undefined` when it took nothing in and sends nothing. `received` is `hashOf` the frame
   * that was given to `receive`, before the call; 0 when there was none.
   */
  decision(verdict: Verdict, received: number): Decision | undefined {
    const { relation, rule, reason, detail, connection } = verdict;
    const framesIn = this.framesIn(verdict, received);
    const framesOut = verdict.frames.slice(0, verdict.count).map(hashOf);
    if (framesIn.length + framesOut.length === 0) return undefined;
    const service = this.forwarder.serviceName(verdict.service);
    const server = this.forwarder.serverName(verdict.server);
    return {
      framesIn,
      framesOut,
      relation,
      rule,
      ...(reason !== undefined && { reason }),
      ...(service !== undefined && { service }),
      ...(server !== undefined && { server }),
      ...(connection > 0 && { connection }),
      ...(detail !== undefined && { detail }),
    };
  }

  private framesIn(verdict: Verdict, received: number): number[] {
    const released = verdict.released.flatMap((ticket) => this.held.get(ticket) ?? []);
    for (const ticket of verdict.released) this.held.delete(ticket);
    const framesIn = verdict.input ? released.toSpliced(verdict.place, 0, received) : released;
    if (verdict.relation === 'held') this.held.set(verdict.ticket, framesIn);
    return framesIn;
  }
}

export function hashOf(frame: Frame): number {
  return frameHash(frame.bytes, frame.start, frame.end);
}
