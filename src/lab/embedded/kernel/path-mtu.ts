import type { Ipv4 } from '../../../packet/address.ts';
import type { Clock } from '../clock.ts';

/** Linux's mtu_expires: a path may have grown again. */
const LIFE = 600e9;
/** The least any IPv4 link carries (RFC 791). Linux stops at 552 and drops DF below; no link here is that narrow. */
const LEAST = 68;

/** What ICMP 3/4 has said about the way to a destination (RFC 1191). */
export class PathMtu {
  readonly #clock: Clock;
  readonly #known = new Map<Ipv4, { readonly mtu: number; readonly untilNs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether that is news: the path is narrower than was known. */
  narrowed(destination: Ipv4, mtu: number): boolean {
    const before = this.of(destination);
    const now = Math.max(LEAST, mtu);
    if (before !== undefined && before <= now) return false;
    this.#known.set(destination, { mtu: now, untilNs: this.#clock.now() + LIFE });
    return true;
  }

  of(destination: Ipv4): number | undefined {
    const known = this.#known.get(destination);
    return known && this.#clock.now() < known.untilNs ? known.mtu : undefined;
  }
}
