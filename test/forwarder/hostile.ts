import assert from 'node:assert/strict';
import type { ForwarderConfig, NatConfig } from '../../src/forwarder/config.ts';
import { Forwarder } from '../../src/forwarder/forwarder.ts';
import { HEADROOM, type Frame } from '../../src/forwarder/frame.ts';
import type { Verdict } from '../../src/forwarder/verdict.ts';
import { type Ipv4, type Mac, NO_ADDRESS } from '../../src/packet/address.ts';
import * as arp from '../../src/packet/arp.ts';
import { buildArp, buildIcmpEcho, buildIcmpError, buildTcp, buildUdp } from '../../src/packet/build.ts';
import { fillChecksums, l4ChecksumOk } from '../../src/packet/checksum.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import * as icmp from '../../src/packet/icmp.ts';
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
  ip,
  M_DIRECTOR,
  M_INSIDE,
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

/** Narrower than the links that clients are on: packets must be cut, or their senders told. */
const NARROW = 600;

const services = (model: 'dnat' | 'dr' | 'tun', snat = false): ForwarderConfig => {
  const config = directorConfig({ model, snat });
  const [web] = config.services;
  const [back] = config.interfaces;
  return {
    ...config,
    clampMss: 'mtu',
    maxConnections: 200,
    interfaces: [
      { ...back!, mtu: NARROW },
      { segment: 'front', address: ip('10.0.9.2'), prefixLength: 24, mac: M_INSIDE, mtu: 1500 },
    ],
    services: [
      { ...web!, persistence: { timeout: 60_000, prefixLength: 24 } },
      { ...web!, name: 'dns', protocol: 'udp', port: 53 },
    ],
  };
};

const nat = (ports: Partial<NatConfig> = {}): ForwarderConfig => {
  const config = natConfig(ports);
  const [inside, outside] = config.interfaces;
  return { ...config, interfaces: [inside!, { ...outside!, mtu: NARROW }], maxConnections: 200 };
};

export const HOSTILE_SETUPS: Readonly<Record<string, ForwarderConfig>> = {
  nat: { ...nat(), clampMss: 'mtu' },
  'nat, ports kept': nat({ translatePorts: false }),
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
  NO_ADDRESS,
  ip('127.0.0.1'),
  ip('224.0.0.1'),
  ip('255.255.255.255'),
  ip('10.0.2.255'),
  ip('203.0.113.255'),
];
const PORTS = [80, 53, 40000, 40001, 5, 7, 0, 65535];

const MOST_REMEMBERED = 400;

/** A frame, and the port it came in or went out by. */
interface Heard {
  readonly port: number;
  readonly bytes: Uint8Array;
}

/**
 * Feeds the same frames to two forwarders, at different places of their buffers and with different bytes around each
 * frame: neither may notice. Half of the
 * frames belong to conversations that are under way, and neighbours mostly answer: only who is let in can do harm.
 */
export class HostileRun {
  private readonly dice: Dice;
  private readonly pair: readonly [Forwarder, Forwarder];
  private readonly config: ForwarderConfig;
  private readonly isNat: boolean;
  private readonly translates: boolean;
  private readonly neighbours: ReadonlyMap<Ipv4, Mac>;
  private now = 0;
  /** What was let in, and what was sent, lately. */
  private readonly taken: Heard[] = [];
  private readonly given: Heard[] = [];
  /** Frames that came out. */
  sent = 0;
  /** Frames in, by what became of them: `relation rule`. */
  readonly became = new Map<string, number>();

  constructor(config: ForwarderConfig, seed: number) {
    this.dice = new Dice(seed);
    this.pair = [new Forwarder(config), new Forwarder(config)];
    this.config = config;
    this.isNat = config.nat !== undefined;
    this.translates = this.isNat || config.services[0]?.model === 'dnat';
    this.neighbours = new Map([
      [HOST, M_ROUTER],
      [UPSTREAM, M_ROUTER],
      [RIP, M_SERVER],
      [ROUTER, M_ROUTER],
    ]);
  }

  /** One more frame. Throws an error that names it when something is wrong. */
  step(): void {
    const { dice } = this;
    if (dice.chance(3)) this.now += dice.below(dice.chance(10) ? 40_000 : 500);
    const { port, bytes } = this.frame();
    if (!dice.chance(2) && bytes.length >= 6) bytes.set(macOf(this.config.interfaces[port]!.mac));
    this.feed(bytes, port);
    for (const heard of [this.taken, this.given])
      if (heard.length > MOST_REMEMBERED) heard.splice(0, MOST_REMEMBERED / 2);
  }

  private feed(bytes: Uint8Array, port: number): void {
    try {
      this.feedBoth(bytes, port);
    } catch (error) {
      throw new Error(`port ${port}: ${hex(bytes)}`, { cause: error });
    }
  }

  private feedBoth(bytes: Uint8Array, port: number): void {
    let became = '';
    const outs = this.pair.map((forwarder, index) => {
      const made = exactly(bytes, port, index === 0 ? 0 : 7, index === 0 ? 0 : 0xa5);
      const verdict = forwarder.receive(made, this.now);
      became = `${verdict.relation} ${verdict.rule}`;
      const out = framesOf(verdict);
      const due = forwarder.nextTimer() <= this.now ? framesOf(forwarder.advance(this.now)) : [];
      return [...out, ...due];
    });
    // Only a difference is put in words: ten million frames take long enough.
    if (!areSame(outs[0]!, outs[1]!))
      assert.deepEqual(outs[0]!.map(textOf), outs[1]!.map(textOf), 'what stands around the frame shows');
    this.became.set(became, (this.became.get(became) ?? 0) + 1);
    if (became.startsWith('caused-error')) this.checkCause(bytes);
    if (became.startsWith('forwarded') || became === 'held fragment') this.taken.push({ port, bytes });
    for (const out of outs[0]!) {
      this.sent++;
      this.check(bytes, out);
      this.given.push(out);
    }
    for (const { port: at, bytes: out } of outs[0]!) if (isArpRequest(out)) this.answer(out, at);
  }

  /** The neighbour that was asked for answers, mostly. */
  private answer(request: Uint8Array, port: number): void {
    const asked = arp.targetIpOf(request, 14);
    const mac = this.neighbours.get(asked);
    if (mac === undefined || this.dice.chance(10)) return;
    const own = this.config.interfaces[port]!;
    const reply = {
      operation: arp.REPLY,
      senderMac: mac,
      senderIp: asked,
      targetMac: own.mac,
      targetIp: own.address,
    };
    this.feed(buildArp({ arp: reply }), port);
  }

  /**
   * It leaves by its port's own MAC address and fits its link; the header's checksum is right, and the payload's is not
   * worse than it was.
   */
  private check(given: Uint8Array, { port, bytes: out }: Heard): void {
    const { mac, mtu } = this.config.interfaces[port]!;
    assert.equal(ethernet.sourceOf(out, 0), mac, 'source MAC');
    assert.ok(out.length <= mtu + 14, 'longer than the MTU');
    if (ethernet.etherTypeOf(out, 0) !== ethernet.ETHERTYPE_IPV4) return;
    const end = 14 + ipv4.totalLengthOf(out, 14);
    assert.equal(end, out.length);
    assert.ok(ipv4.headerChecksumOk(out, 14), 'header checksum');
    const isTunnelled = ipv4.protocolOf(out, 14) === ipv4.PROTOCOL_IPIP && !ipv4.isFragment(out, 14);
    const at = isTunnelled ? 14 + ipv4.HEADER_LENGTH : 14;
    if (isTunnelled) assert.ok(ipv4.headerChecksumOk(out, at), 'inner header checksum');
    const wasValid = given.length > 34 && l4ChecksumOk(given, 14, given.length);
    const isValid = l4ChecksumOk(out, at, end);
    if (this.translates) assert.notEqual(isValid, false, 'checksum');
    // One that was there may not be taken away either.
    if (wasValid === true && !ipv4.isFragment(out, at)) assert.equal(isValid, true, 'checksum');
  }

  /** RFC 1122, section 3.2.2: what no ICMP error may be about. The one exception is an error that is passed on. */
  private checkCause(frame: Uint8Array): void {
    const l4 = 14 + ipv4.headerLengthOf(frame, 14);
    const isPing = ipv4.protocolOf(frame, 14) === ipv4.PROTOCOL_ICMP;
    const isError = isPing && icmp.isError(icmp.typeOf(frame, l4));
    if (isError && ipv4.protocolOf(frame, l4 + icmp.HEADER_LENGTH) === ipv4.PROTOCOL_IPIP) return;
    assert.ok(!isError, 'an error about an error');
    for (const address of [ipv4.sourceOf(frame, 14), ipv4.destinationOf(frame, 14)]) {
      const first = address >>> 24;
      assert.ok(first !== 0 && first !== 127 && first < 224, 'an error about what is from or to no host');
      for (const own of this.config.interfaces)
        assert.notEqual(address, (own.address | 255) >>> 0, 'a broadcast');
    }
    for (const own of this.config.interfaces)
      assert.notEqual(ipv4.sourceOf(frame, 14), own.address, 'to itself');
    assert.equal(ethernet.destinationOf(frame, 0) % 2 ** 41 < 2 ** 40, true, 'a link-layer group');
  }

  private frame(): Heard {
    const { dice } = this;
    const { port, bytes: source } = this.plausible();
    if (dice.chance(50)) for (let i = dice.below(4); i > 0; i--) this.mutate(source);
    const cutTo = dice.chance(8) ? dice.below(source.length + 1) : source.length;
    const bytes = source.slice(0, cutTo);
    // Mostly the sums are right, for else nothing gets far.
    if (bytes.length > 34 && dice.chance(93)) {
      if (dice.chance(93)) fillChecksums(bytes, 0, bytes.length);
      else ipv4.fillHeaderChecksum(bytes.length >= 74 ? bytes : bytes.slice(), 14);
    }
    return { port: dice.chance(95) ? port : dice.below(this.config.interfaces.length), bytes };
  }

  /** A frame before it is spoiled: something new, more of what was let in, or an answer to what was sent. */
  private plausible(): Heard {
    const { dice } = this;
    const kind = dice.below(10);
    if (kind < 3 && this.taken.length > 0) {
      const { port, bytes } = copied(dice.of(this.taken));
      if (ipv4.isFragment(bytes, 14) && dice.chance(80)) continueDatagram(bytes, dice.chance(30));
      return { port, bytes };
    }
    if (kind < 5 && this.given.length > 0) {
      const { port, bytes } = copied(dice.of(this.given));
      turn(bytes);
      return { port, bytes };
    }
    if (kind < 7 && this.taken.length + this.given.length > 0) return this.complaint();
    const [client, other] = this.isNat ? [0, 1] : [1, 0];
    return { port: dice.chance(80) ? client : other, bytes: wholeUnits(this.packet()) };
  }

  /** An ICMP error: about what was sent, by who got it or a router; or, as of dr's and tun's replies, about an answer to what was taken. */
  private complaint(): Heard {
    const { dice } = this;
    const isAboutReply = this.taken.length > 0 && (this.given.length === 0 || dice.chance(40));
    const { port, bytes } = copied(dice.of(isAboutReply ? this.taken : this.given));
    if (isAboutReply) turn(bytes);
    const quoted = bytes.subarray(14, 14 + (dice.chance(80) ? 28 : 0) + dice.below(600));
    const source = dice.chance(50) ? dice.of(ADDRESSES) : ROUTER;
    const destination = bytes.length >= 34 ? ipv4.sourceOf(bytes, 14) : dice.of(ADDRESSES);
    const icmp = {
      type: dice.of([3, 3, 3, 4, 5, 11, 12]),
      code: dice.of([4, dice.below(6)]),
      rest: dice.below(1600),
    };
    const about = { ip: { source, destination, dontFragment: dice.chance(50) }, icmp, quoted };
    return {
      port,
      bytes: buildIcmpError({ ethernet: { source: M_ROUTER, destination: M_DIRECTOR }, ...about }),
    };
  }

  private packet(): Uint8Array {
    const { dice } = this;
    const ethernet = { source: M_ROUTER, destination: M_DIRECTOR };
    // Most of them are what a client sends.
    const isLikely = dice.chance(80);
    const header = {
      source: isLikely ? (this.isNat ? HOST : CIP) : dice.of(ADDRESSES),
      destination: isLikely ? (this.isNat ? SIP : VIP) : dice.of(ADDRESSES),
      ttl: dice.chance(5) ? dice.below(3) : 64,
      id: dice.below(200),
      dontFragment: dice.chance(50),
      moreFragments: dice.chance(30),
      fragmentOffset: dice.chance(4) ? dice.below(8) * 8 : 0,
      options: dice.chance(10)
        ? Uint8Array.from({ length: dice.below(40) }, () => dice.below(256))
        : undefined,
    };
    const payload = new Uint8Array(dice.below(dice.chance(15) ? 1460 : 80)).fill(dice.below(256));
    const kind = dice.below(5);
    const sourcePort = isLikely ? 1000 + dice.below(300) : dice.of(PORTS);
    const destinationPort = isLikely ? (kind === 0 ? 53 : 80) : dice.of(PORTS);
    switch (kind) {
      case 0:
        return buildUdp({
          ethernet,
          ip: header,
          udp: { sourcePort, destinationPort, withChecksum: dice.chance(80) },
          payload,
        });
      case 1:
        return buildIcmpEcho({
          ethernet,
          ip: header,
          icmp: { operation: dice.of(['request', 'reply']), identifier: dice.of(PORTS), sequence: 1 },
          payload,
        });
      case 2: {
        const about = this.given.length > 0 ? dice.of(this.given).bytes : payload;
        const icmp = { type: dice.of([3, 4, 5, 11, 12]), code: dice.below(6), rest: dice.below(1500) };
        return buildIcmpError({
          ethernet,
          ip: header,
          icmp,
          quoted: about.subarray(14, 14 + dice.below(600)),
        });
      }
      default:
        return buildTcp({
          ethernet,
          ip: header,
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

/** A fragment that others follow ends at a multiple of 8 bytes. */
function wholeUnits(frame: Uint8Array): Uint8Array {
  if (!ipv4.moreFragmentsOf(frame, 14)) return frame;
  const headerLength = ipv4.headerLengthOf(frame, 14);
  const payload = (ipv4.totalLengthOf(frame, 14) - headerLength) & ~7;
  ipv4.setTotalLength(frame, 14, headerLength + payload);
  return frame.slice(0, 14 + headerLength + payload);
}

/** Makes a fragment the one that comes behind it. */
function continueDatagram(frame: Uint8Array, more: boolean): void {
  const payload = ipv4.totalLengthOf(frame, 14) - ipv4.headerLengthOf(frame, 14);
  const offset = ipv4.fragmentOffsetOf(frame, 14) + payload;
  ipv4.setFragment(frame, 14, ((offset >> 3) & 0x1fff) | (more ? ipv4.MORE_FRAGMENTS : 0));
}

/** A frame that ends where its buffer does, or has so many bytes of something behind it and before its headroom. */
function exactly(bytes: Uint8Array, port: number, around: number, filler: number): Frame {
  const start = around + HEADROOM;
  const end = start + bytes.length;
  const buffer = new Uint8Array(end + around).fill(filler);
  buffer.set(bytes, start);
  return {
    port,
    bytes: buffer,
    view: new DataView(buffer.buffer),
    start,
    end,
    partialChecksum: false,
    guess: -1,
  };
}

function framesOf(first: Verdict | undefined): Heard[] {
  const frames: Heard[] = [];
  for (let verdict = first; verdict !== undefined; verdict = verdict.next)
    for (const { port, bytes, start, end } of verdict.frames.slice(0, verdict.count))
      frames.push({ port, bytes: bytes.slice(start, end) });
  return frames;
}

function areSame(some: readonly Heard[], others: readonly Heard[]): boolean {
  return (
    some.length === others.length &&
    some.every(
      ({ port, bytes }, i) => port === others[i]!.port && Buffer.compare(bytes, others[i]!.bytes) === 0,
    )
  );
}

function textOf({ port, bytes }: Heard): string {
  return `${port} ${hex(bytes)}`;
}

function copied({ port, bytes }: Heard): Heard {
  return { port, bytes: bytes.slice() };
}

function isArpRequest(frame: Uint8Array): boolean {
  return (
    ethernet.etherTypeOf(frame, 0) === ethernet.ETHERTYPE_ARP && arp.operationOf(frame, 14) === arp.REQUEST
  );
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

function macOf(mac: Mac): Uint8Array {
  return Uint8Array.from({ length: 6 }, (_, i) => Math.floor(mac / 2 ** (8 * (5 - i))) % 256);
}
