import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { Forwarder } from '../../src/forwarder/forwarder.ts';
import { HEADROOM, type Frame } from '../../src/forwarder/frame.ts';
import type { Verdict } from '../../src/forwarder/verdict.ts';
import { buildArp, buildIcmpEcho, buildIcmpError, buildTcp, buildUdp } from '../../src/packet/build.ts';
import { fillChecksums, l4ChecksumOk } from '../../src/packet/checksum.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { Dice } from './kernel/conversations.ts';
import {
  ACK,
  CIP,
  DIP,
  directorConfig,
  EXT,
  hex,
  HOST,
  M_DIRECTOR,
  M_INSIDE,
  M_OUTSIDE,
  M_ROUTER,
  M_SERVER,
  natConfig,
  RIP,
  ROUTER,
  SIP,
  SYN,
  UPSTREAM,
  VIP,
} from './rig.ts';

/** Frames made to break something, in every model. */

const services = (model: 'dnat' | 'dr' | 'tun', snat = false): ForwarderConfig => {
  const config = directorConfig({ model, snat });
  const [web] = config.services;
  return {
    ...config,
    clampMss: 'mtu',
    maxConnections: 200,
    services: [web!, { ...web!, name: 'dns', protocol: 'udp', port: 53 }],
  };
};

export const HOSTILE_SETUPS: Readonly<Record<string, ForwarderConfig>> = {
  nat: { ...natConfig(), maxConnections: 200, clampMss: 'mtu' },
  'nat, ports kept': { ...natConfig({ translatePorts: false }), maxConnections: 200 },
  dnat: services('dnat'),
  'dnat with snat': services('dnat', true),
  dr: { ...services('dr'), noEntry: 'reset' },
  tun: services('tun'),
};

const ADDRESSES = [
  CIP,
  VIP,
  DIP,
  RIP,
  ROUTER,
  HOST,
  SIP,
  EXT,
  UPSTREAM,
  0,
  0x7f000001,
  0xe0000001,
  0xffffffff,
];
const PORTS = [80, 53, 40000, 40001, 5, 7, 0, 65535];

/** Feeds the same frames to two forwarders, with different bytes behind each frame: neither may notice them. */
export class HostileRun {
  private readonly dice: Dice;
  private readonly pair: readonly [Forwarder, Forwarder];
  private readonly ports: number;
  private readonly isNat: boolean;
  private readonly translates: boolean;
  private now = 0;
  /** What was heard and sent lately: hostile frames are made of both. */
  private readonly pool: Uint8Array[] = [];
  sent = 0;

  constructor(config: ForwarderConfig, seed: number) {
    this.dice = new Dice(seed);
    this.pair = [new Forwarder(config), new Forwarder(config)];
    this.ports = config.interfaces.length;
    this.isNat = config.nat !== undefined;
    this.translates = this.isNat || config.services[0]?.model === 'dnat';
    for (const [address, mac, port] of this.isNat
      ? ([
          [HOST, M_ROUTER, 0],
          [UPSTREAM, M_ROUTER, 1],
        ] as const)
      : ([
          [RIP, M_SERVER, 0],
          [ROUTER, M_ROUTER, 0],
        ] as const)) {
      const arp = { operation: 2, senderMac: mac, senderIp: address, targetMac: M_DIRECTOR, targetIp: DIP };
      const bytes = buildArp({ arp });
      bytes.set(macOf(this.isNat ? [M_INSIDE, M_OUTSIDE][port]! : M_DIRECTOR));
      this.feed(bytes, port);
    }
  }

  /** One more frame. Throws an assertion that names it when something is wrong. */
  step(): void {
    const { dice } = this;
    if (dice.chance(5)) this.now += dice.below(40_000);
    const frame = this.frame();
    const port = dice.below(this.ports);
    if (!dice.chance(2) && frame.length >= 6)
      frame.set(macOf(this.isNat ? [M_INSIDE, M_OUTSIDE][port]! : M_DIRECTOR));
    try {
      this.feed(frame, port);
    } catch (error) {
      throw new Error(`port ${port}: ${hex(frame)}`, { cause: error });
    }
    if (this.pool.length > 500) this.pool.splice(0, 250);
  }

  private feed(bytes: Uint8Array, port: number): void {
    const outs = this.pair.map((forwarder, index) => {
      const made = exactly(bytes, port, index === 0 ? 0 : 7, index === 0 ? 0 : 0xa5);
      const out = framesOf(forwarder.receive(made, this.now));
      const due = forwarder.nextTimer() <= this.now ? framesOf(forwarder.advance(this.now)) : [];
      return [...out, ...due];
    });
    assert.deepEqual(outs[0]!.map(hex), outs[1]!.map(hex), 'what stands behind the frame shows');
    for (const out of outs[0]!) {
      this.sent++;
      this.check(bytes, out);
      this.pool.push(out);
    }
  }

  /** The header's checksum is right, and the payload's is not worse than it was. */
  private check(given: Uint8Array, out: Uint8Array): void {
    if (out[12] !== 8 || out[13] !== 0) return;
    const end = 14 + ipv4.totalLengthOf(out, 14);
    assert.equal(end, out.length);
    assert.ok(ipv4.headerChecksumOk(out, 14), 'header checksum');
    const isTunnelled = ipv4.protocolOf(out, 14) === ipv4.PROTOCOL_IPIP && !ipv4.isFragment(out, 14);
    const at = isTunnelled ? 14 + ipv4.HEADER_LENGTH : 14;
    if (isTunnelled) assert.ok(ipv4.headerChecksumOk(out, at), 'inner header checksum');
    const wasValid = given.length > 34 && l4ChecksumOk(given, 14, given.length);
    if (this.translates || wasValid === true) assert.notEqual(l4ChecksumOk(out, at, end), false, 'checksum');
  }

  private frame(): Uint8Array {
    const { dice } = this;
    const source = this.pool.length > 0 && dice.chance(40) ? dice.of(this.pool).slice() : this.packet();
    if (dice.chance(30)) turn(source);
    for (let i = dice.below(6) - 2; i > 0; i--) this.mutate(source);
    const cutTo = dice.chance(10) ? dice.below(source.length + 1) : source.length;
    const frame = source.slice(0, cutTo);
    if (frame.length > 34 && dice.chance(85)) {
      // Mostly the sums are right, for else nothing gets far.
      if (dice.chance(90)) fillChecksums(frame, 0, frame.length);
      else ipv4.fillHeaderChecksum(frame.length >= 74 ? frame : frame.slice(), 14);
    }
    return frame;
  }

  private packet(): Uint8Array {
    const { dice } = this;
    const ethernet = { source: M_ROUTER, destination: M_DIRECTOR };
    // Half of them are what a client sends: only who is let in can do harm.
    const isLikely = dice.chance(50);
    const ip = {
      source: isLikely ? (this.isNat ? HOST : CIP) : dice.of(ADDRESSES),
      destination: isLikely ? (this.isNat ? SIP : VIP) : dice.of(ADDRESSES),
      ttl: dice.below(4) === 0 ? dice.below(3) : 64,
      id: dice.below(4),
      dontFragment: dice.chance(50),
      moreFragments: dice.chance(15),
      fragmentOffset: dice.chance(15) ? dice.below(8) * 8 : 0,
      options: dice.chance(10)
        ? Uint8Array.from({ length: dice.below(40) }, () => dice.below(256))
        : undefined,
    };
    const payload = new Uint8Array(dice.below(dice.chance(5) ? 1460 : 80)).fill(dice.below(256));
    const kind = dice.below(5);
    const sourcePort = isLikely ? 1000 + dice.below(300) : dice.of(PORTS);
    const destinationPort = isLikely ? (kind === 0 ? 53 : 80) : dice.of(PORTS);
    switch (kind) {
      case 0:
        return buildUdp({
          ethernet,
          ip,
          udp: { sourcePort, destinationPort, withChecksum: dice.chance(80) },
          payload,
        });
      case 1:
        return buildIcmpEcho({
          ethernet,
          ip,
          icmp: { operation: dice.of(['request', 'reply']), identifier: dice.of(PORTS), sequence: 1 },
          payload,
        });
      case 2: {
        const about = this.pool.length > 0 ? dice.of(this.pool) : payload;
        const icmp = { type: dice.of([3, 4, 5, 11, 12]), code: dice.below(6), rest: dice.below(1500) };
        return buildIcmpError({ ethernet, ip, icmp, quoted: about.subarray(14, 14 + dice.below(600)) });
      }
      default:
        return buildTcp({
          ethernet,
          ip,
          tcp: {
            sourcePort,
            destinationPort,
            flags: dice.of([SYN, SYN, SYN | ACK, ACK, dice.below(256)]),
            options: dice.chance(30) ? Uint8Array.of(dice.of([1, 2]), dice.of([2, 4]), 5, 180, 0) : undefined,
          },
          payload,
        });
    }
  }

  private mutate(frame: Uint8Array): void {
    const { dice } = this;
    if (frame.length < 20) return;
    // Headers more often than payloads.
    const at = dice.chance(80) ? 12 + dice.below(Math.min(60, frame.length - 12)) : dice.below(frame.length);
    frame[at] = dice.of([0, 1, 0x45, 0x4f, 0x40, 0x20, 255, dice.below(256)]);
  }
}

/** A frame that ends where its buffer does, or has so many bytes of something behind it. */
function exactly(bytes: Uint8Array, port: number, behind: number, filler: number): Frame {
  const buffer = new Uint8Array(HEADROOM + bytes.length + behind).fill(filler);
  buffer.set(bytes, HEADROOM);
  const end = HEADROOM + bytes.length;
  return {
    port,
    bytes: buffer,
    view: new DataView(buffer.buffer),
    start: HEADROOM,
    end,
    partialChecksum: false,
  };
}

function framesOf(first: Verdict | undefined): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let verdict = first; verdict !== undefined; verdict = verdict.next)
    for (const { bytes, start, end } of verdict.frames.slice(0, verdict.count))
      frames.push(bytes.slice(start, end));
  return frames;
}

/** Addresses and ports change places: an answer. */
function turn(frame: Uint8Array): void {
  if (frame.length < 38) return;
  const swap = (a: number, b: number, length: number): void => {
    const first = frame.slice(a, a + length);
    frame.copyWithin(a, b, b + length);
    frame.set(first, b);
  };
  swap(26, 30, 4);
  swap(34, 36, 2);
}

function macOf(mac: number): Uint8Array {
  return Uint8Array.from({ length: 6 }, (_, i) => Math.floor(mac / 2 ** (8 * (5 - i))) % 256);
}
