import { NO_MAC } from '../../../packet/address.ts';
import { buildIpv4 } from '../../../packet/build.ts';
import * as ethernet from '../../../packet/ethernet.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import type { Clock, Timer } from '../clock.ts';

const AT = ethernet.HEADER_LENGTH;
const NO_MACS = { source: NO_MAC, destination: NO_MAC };
/** Linux's ipfrag_time. */
const PATIENCE = 30e9;
/** Datagrams that may be incomplete at once; further ones are not begun. */
const MOST_DATAGRAMS = 64;

/** Cuts a frame's packet into frames of packets of at most `mtu` bytes (RFC 791, section 3.2). Options go with the first only. */
export function fragment(frame: Uint8Array, mtu: number): Uint8Array[] {
  const header = ipv4.decode(frame, AT, frame.length);
  if ('problem' in header || header.totalLength <= mtu) return [frame];
  const payload = frame.subarray(header.end, AT + header.totalLength);
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length;) {
    const headerLength = offset === 0 ? header.end - header.start : ipv4.HEADER_LENGTH;
    const size = Math.max(8, (mtu - headerLength) & ~7);
    const part = payload.subarray(offset, offset + size);
    const ip = {
      ...header,
      options: offset === 0 ? header.options : undefined,
      fragmentOffset: header.fragmentOffset + offset,
      moreFragments: header.moreFragments || offset + part.length < payload.length,
    };
    frames.push(buildIpv4({ ethernet: NO_MACS, ip, payload: part }));
    offset += part.length;
  }
  return frames;
}

interface Datagram {
  /** Payloads by their offset. */
  readonly parts: Map<number, Uint8Array>;
  first: Uint8Array | undefined;
  length: number | undefined;
  readonly timer: Timer;
}

/** Puts fragments that are for this host together again (RFC 791, section 3.2). */
export class Reassembly {
  readonly #clock: Clock;
  readonly #datagrams = new Map<string, Datagram>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The frame of the whole datagram once the last piece is there. */
  add(bytes: Uint8Array, at: number, end: number): Uint8Array | undefined {
    const header = ipv4.decode(bytes, at, end);
    if ('problem' in header) return undefined;
    const key = `${header.source} ${header.destination} ${header.protocol} ${header.id}`;
    const datagram = this.#datagrams.get(key) ?? this.#begin(key);
    if (!datagram) return undefined;
    const payload = bytes.slice(header.end, at + header.totalLength);
    datagram.parts.set(header.fragmentOffset, payload);
    if (header.fragmentOffset === 0) datagram.first = bytes.slice(at, header.end);
    if (!header.moreFragments) datagram.length = header.fragmentOffset + payload.length;
    const whole = joined(datagram);
    if (!whole || !datagram.first) return undefined;
    datagram.timer.cancel();
    this.#datagrams.delete(key);
    const first = ipv4.decode(datagram.first, 0, datagram.first.length);
    if ('problem' in first) return undefined;
    const ip = { ...first, fragmentOffset: 0, moreFragments: false };
    return buildIpv4({ ethernet: NO_MACS, ip, payload: whole });
  }

  #begin(key: string): Datagram | undefined {
    if (this.#datagrams.size === MOST_DATAGRAMS) return undefined;
    const timer = this.#clock.after(PATIENCE, () => this.#datagrams.delete(key), 'background');
    const datagram = { parts: new Map<number, Uint8Array>(), first: undefined, length: undefined, timer };
    this.#datagrams.set(key, datagram);
    return datagram;
  }
}

function joined({ parts, length }: Datagram): Uint8Array | undefined {
  if (length === undefined || length > 65515) return undefined;
  const whole = new Uint8Array(length);
  let filled = 0;
  for (const [offset, part] of [...parts].sort(([a], [b]) => a - b)) {
    if (offset > filled) return undefined;
    whole.set(part.subarray(0, Math.max(0, length - offset)), offset);
    filled = Math.max(filled, offset + part.length);
  }
  return filled >= length ? whole : undefined;
}
