import {
  asIpv4,
  asMac,
  formatIpv4,
  formatMac,
  type Ipv4,
  type Mac,
  NO_MAC,
  parseIpv4,
  parseMac,
} from './address.ts';

/** Uniform in [0, 1). Whoever wants nobody to find the addresses again takes a cryptographic one. */
export type Random = () => number;

/** 0.0.0.0/8, 127.0.0.0/8, and all from 224.0.0.0 on: what they mean is not whose they are. As bits, from the first. */
const KEPT = ['00000000', '01111111', '111'];
const GROUP_BIT = 0x0100_0000_0000;
const LOCAL_BIT = 0x0200_0000_0000;

const QUAD = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g;
const MAC = /(?<![\da-f:])[\da-f]{2}(?::[\da-f]{2}){5}(?![\da-f:])/gi;

/**
 * Other addresses in place of those seen, the same one each time. IPv4 addresses keep the length of their common prefix, as
 * by Crypto-PAn (Xu et al., 2002): what was one subnet is one subnet. A random bit for each prefix decides; two replacements
 * have nothing in common. Broadcast and group MAC addresses stay, and so does the one that means unknown.
 */
export class AddressReplacement {
  readonly #random: Random;
  /** By prefix, a leading one before its bits. */
  readonly #flips = new Map<number, boolean>();
  readonly #ipv4 = new Map<Ipv4, Ipv4>();
  readonly #mac = new Map<Mac, Mac>();
  readonly #macsTaken = new Set<Mac>();

  constructor(random: Random) {
    this.#random = random;
    for (const bits of KEPT)
      for (let length = 0; length < bits.length; length += 1)
        this.#flips.set(Number.parseInt(`1${bits.slice(0, length)}`, 2), false);
  }

  ipv4(address: Ipv4): Ipv4 {
    const known = this.#ipv4.get(address);
    if (known !== undefined) return known;
    let prefix = 1;
    let replaced = 0;
    const isKept = KEPT.some((bits) => address.toString(2).padStart(32, '0').startsWith(bits));
    for (let at = 31; at >= 0; at -= 1) {
      const bit = (address >>> at) & 1;
      const flips = !isKept && this.#flipsAt(prefix);
      replaced = replaced * 2 + (flips ? 1 - bit : bit);
      prefix = prefix * 2 + bit;
    }
    this.#ipv4.set(address, asIpv4(replaced));
    return asIpv4(replaced);
  }

  mac(address: Mac): Mac {
    if (address === NO_MAC || Math.floor(address / GROUP_BIT) % 2 === 1) return address;
    const known = this.#mac.get(address);
    if (known !== undefined) return known;
    let replaced: Mac;
    // The first byte says that it was given by hand, so no maker's prefix is left.
    do replaced = asMac(LOCAL_BIT + Math.floor(this.#random() * GROUP_BIT));
    while (this.#macsTaken.has(replaced));
    this.#macsTaken.add(replaced);
    this.#mac.set(address, replaced);
    return replaced;
  }

  /** The same in text: what is written as a dotted quad or as a MAC address. */
  text(text: string): string {
    return text
      .replaceAll(QUAD, (found) => {
        const address = parseIpv4(found);
        return address === undefined ? found : formatIpv4(this.ipv4(address));
      })
      .replaceAll(MAC, (found) => formatMac(this.mac(parseMac(found)!)));
  }

  #flipsAt(prefix: number): boolean {
    let flips = this.#flips.get(prefix);
    if (flips === undefined) {
      flips = this.#random() < 0.5;
      this.#flips.set(prefix, flips);
    }
    return flips;
  }
}
