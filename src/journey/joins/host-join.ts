import type { HostEvent } from '../../lab/events.ts';
import { frameHash } from '../../packet/hash.ts';
import type { HopNews } from './hop-news.ts';
import { linksOf, type HopRecord } from '../records/hop-record.ts';

/** A kernel speaks of a frame at once, or when it should have come in: few others pass meanwhile. */
const LOOK_BACK = 256;

/** Joins what a host's kernel told of a frame with that frame: by its bytes, the latest that nothing was told of yet. */
export class HostJoin {
  readonly #news: HopNews;
  readonly #recent: HopRecord[] = [];

  constructor(news: HopNews) {
    this.#news = news;
  }

  /** A frame came to this node, left it, or should have come. */
  passed(hop: HopRecord): void {
    if (this.#recent.length >= 2 * LOOK_BACK) this.#recent.splice(0, LOOK_BACK);
    this.#recent.push(hop);
  }

  /** Whether the frame was found. */
  told(event: HostEvent): boolean {
    const { frameHash: hash, node } = event;
    if (hash === undefined) return false;
    for (let i = this.#recent.length - 1; i >= 0; i--) {
      const hop = this.#recent[i]!;
      if (hop.links?.host || !fits(hop, event, node)) continue;
      const { bytes } = hop.facts;
      if (frameHash(bytes, 0, bytes.length) !== hash) continue;
      linksOf(hop).host = event;
      this.#news.judged(hop);
      return true;
    }
    return false;
  }
}

function fits(hop: HopRecord, { reason, segment, timeNs }: HostEvent, node: string): boolean {
  if (hop.timeNs > timeNs || (segment !== undefined && segment !== hop.segment && segment !== 'tunl0'))
    return false;
  if (reason === 'link-loss') return hop.from === node && !hop.received;
  const isMissed = reason === 'over-mtu' || reason === 'interface-down';
  return hop.to === node && hop.received !== isMissed;
}
