import { asIpv4, type Ipv4, NO_MAC } from '../../../src/packet/address.ts';
import { buildIcmpEcho, buildIcmpError, buildIpv4, buildTcp, buildUdp } from '../../../src/packet/build.ts';
import { fillChecksums } from '../../../src/packet/checksum.ts';
import * as ipv4 from '../../../src/packet/ipv4.ts';
import { isProblem } from '../../../src/packet/problem.ts';
import { ACK, FIN, PSH, RST, SYN } from '../rig.ts';
import type { Frame } from './kernel.ts';
import { MACS, NEIGHBOUR_MACS, type Setup } from './setups.ts';

/** Numbers that look random and are the same for the same seed (xorshift). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % count;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

type Protocol = 'tcp' | 'udp' | 'icmp';

/** One packet of a conversation, before it is known how the other end sees the client. */
export interface Step {
  readonly from: 'client' | 'server';
  readonly what: 'packet' | 'error';
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly length: number;
  readonly id: number;
  readonly ttl: number;
  readonly trafficClass: number;
  readonly dontFragment: boolean;
  readonly options: Uint8Array;
  readonly tcpOptions: Uint8Array;
  /** The reserved bits of the IPv4 flags and of TCP's data offset. */
  readonly reservedIp: boolean;
  readonly reservedTcp: number;
  readonly withChecksum: boolean;
  /** Bytes behind the packet in its frame. */
  readonly trailer: number;
  /** Where it is cut into fragments, in units of 8 bytes of payload, and the order in which they come. */
  readonly cuts: readonly number[];
  readonly shuffled: boolean;
  /** Bits to turn over in the L4 checksum. */
  readonly damage: number;
  /** Of an error: what it says, how many bytes it quotes, and whether a router on the way says it. */
  readonly kind: readonly [type: number, code: number, rest: number];
  readonly quote: number;
  readonly byRouter: boolean;
}

export interface Conversation {
  readonly protocol: Protocol;
  readonly client: Ipv4;
  /** The client's port, or the identifier of its pings. */
  readonly port: number;
  readonly steps: readonly Step[];
}

const KINDS = [
  [3, 0, 0],
  [3, 1, 0],
  [3, 3, 0],
  [3, 4, 1300],
  [3, 13, 0],
  [11, 0, 0],
  [12, 0, 0x14000000],
  [4, 0, 0],
  [5, 1, 0x0a000207],
] as const;

/** A valid conversation with odd packets in it. `number` keeps conversations and their packets apart. */
export function makeConversation(dice: Dice, setup: Setup, number: number): Conversation {
  const protocol = dice.of<Protocol>(setup.pings ? ['tcp', 'udp', 'icmp'] : ['tcp', 'udp']);
  const steps = protocol === 'tcp' ? tcpSteps(dice) : exchange(dice);
  let id = number * 64;
  return {
    protocol,
    client: setup.clients[number % setup.clients.length]!,
    // All clients use the same ports: behind one address they meet.
    port: 20_000 + (Math.floor(number / setup.clients.length) % 15_000),
    steps: steps.map((step) => mutate(dice, step, protocol, id++ & 0xffff || 1)),
  };
}

interface Plain {
  readonly from: 'client' | 'server';
  readonly what: 'packet' | 'error';
  readonly flags?: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly length: number;
}

/** Handshake, data both ways, errors about what was said, and an end. */
function tcpSteps(dice: Dice): Plain[] {
  const steps: Plain[] = [];
  let [mine, theirs] = [dice.below(2 ** 31), dice.below(2 ** 31)];
  const segment = (from: Plain['from'], flags: number, length = 0): void => {
    const [sequence, acknowledgement] = from === 'client' ? [mine, theirs] : [theirs, mine];
    steps.push({ from, what: 'packet', flags, sequence, acknowledgement, length });
    const taken = length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    if (from === 'client') mine = (mine + taken) >>> 0;
    else theirs = (theirs + taken) >>> 0;
  };
  segment('client', SYN);
  if (dice.chance(10)) steps.push({ from: 'server', what: 'error', length: 0 });
  segment('server', SYN | ACK);
  segment('client', ACK);
  for (let i = dice.below(5); i > 0; i--) {
    const from = dice.of(['client', 'server'] as const);
    segment(from, PSH | ACK, sizeOf(dice));
    if (dice.chance(30))
      steps.push({ from: from === 'client' ? 'server' : 'client', what: 'error', length: 0 });
  }
  const [first, second] = dice.chance(50) ? (['client', 'server'] as const) : (['server', 'client'] as const);
  if (dice.chance(20)) segment(first, RST | ACK);
  else {
    segment(first, FIN | ACK);
    segment(second, FIN | ACK);
    segment(first, ACK);
  }
  return steps;
}

function exchange(dice: Dice): Plain[] {
  const steps: Plain[] = [{ from: 'client', what: 'packet', length: sizeOf(dice) }];
  for (let i = dice.below(6); i > 0; i--) {
    const from = dice.of(['client', 'server'] as const);
    steps.push({ from, what: dice.chance(25) ? 'error' : 'packet', length: sizeOf(dice) });
  }
  return steps;
}

/** Mostly small, often around the MTU of the narrow side, by a byte or by more, sometimes longer than any. */
function sizeOf(dice: Dice): number {
  const kind = dice.below(11);
  if (kind < 5) return dice.below(64);
  if (kind === 10) return 1400 - 20 - dice.of([8, 20, 28]) + dice.below(5) - 2;
  if (kind < 9) return 1300 + dice.below(170);
  return dice.below(4000);
}

const OPTIONS: readonly (readonly number[])[] = [
  [1, 1, 1, 1],
  [7, 7, 4, 0, 0, 0, 0, 0],
  [7, 11, 8, 9, 9, 9, 9, 0, 0, 0, 0, 0],
  [7, 7, 8, 9, 9, 9, 9, 0],
  [130, 4, 1, 2],
  [148, 4, 0, 0],
  [130, 4, 1, 2, 7, 7, 4, 0, 0, 0, 0, 0],
  [25, 8, 1, 2, 3, 4, 5, 6],
  [131, 7, 4, 10, 9, 9, 9, 0],
  // Timestamps: with room, none left, and asked of somebody else.
  [68, 8, 5, 0, 0, 0, 0, 0],
  [68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  [68, 8, 9, 0x20, 1, 2, 3, 4],
  [68, 12, 5, 3, 10, 9, 9, 9, 0, 0, 0, 0],
  // Malformed: too long, too short, pointers into themselves or too near the end.
  [130, 9, 1, 2],
  [7, 2, 1, 1],
  [7, 7, 3, 0, 0, 0, 0, 0],
  [7, 7, 6, 0, 0, 0, 0, 0],
  [68, 8, 4, 0, 0, 0, 0, 0],
  [68, 8, 9, 0xf0, 1, 2, 3, 4],
  [68, 8, 5, 1, 0, 0, 0, 0],
  [148, 3, 0, 0],
];

/** With ACK or FIN and ACK these are what TCP may say; alone, or together with a SYN, they make no sense. */
const URG = 32;
const ECE = 64;
const CWR = 128;
const SENSELESS = [0, SYN | FIN, SYN | RST, FIN, PSH, URG, SYN | ACK | FIN, 0x3f] as const;

function flagsOf(dice: Dice, flags: number): number {
  if (dice.chance(1)) return dice.of(SENSELESS);
  const more = dice.chance(15) ? dice.of([ECE, CWR, ECE | CWR, PSH, PSH | ECE]) : 0;
  const urgent = (flags & (SYN | RST)) === 0 && dice.chance(8) ? URG : 0;
  return flags | more | urgent;
}

function mutate(dice: Dice, plain: Plain, protocol: Protocol, id: number): Step {
  const cutting = plain.what === 'packet' && plain.length > 16 && dice.chance(15);
  return {
    sequence: 0,
    acknowledgement: 0,
    ...plain,
    flags: protocol === 'tcp' && plain.what === 'packet' ? flagsOf(dice, plain.flags ?? 0) : 0,
    // A TCP segment of a client has to fit its own link.
    length: protocol === 'tcp' ? Math.min(plain.length, 1420) : plain.length,
    id,
    ttl: dice.chance(5) ? dice.below(3) : 2 + dice.below(254),
    trafficClass: dice.chance(20) ? dice.below(256) : 0,
    dontFragment: dice.chance(40),
    options: dice.chance(8) ? Uint8Array.from(dice.of(OPTIONS)) : new Uint8Array(0),
    tcpOptions: dice.chance(40) ? Uint8Array.of(2, 4, 5, 180, 1, 1, 4, 2) : new Uint8Array(0),
    reservedIp: dice.chance(5),
    reservedTcp: dice.chance(5) ? 1 + dice.below(15) : 0,
    withChecksum: !dice.chance(15),
    trailer: dice.chance(15) ? dice.below(30) : 0,
    cuts: cutting ? Array.from({ length: 1 + dice.below(3) }, () => 1 + dice.below(plain.length >> 3)) : [],
    shuffled: dice.chance(40),
    damage: dice.chance(3) ? 1 + dice.below(0xffff) : 0,
    kind: dice.of(KINDS),
    quote: dice.of([24, 28, 40, 60, 200, 548]),
    byRouter: dice.chance(30),
  };
}

/** What one router has made of a conversation so far. */
export interface Seen {
  /** Port or identifier that stands for the client on the servers' side. */
  port: number | undefined;
  /** The last packet that each end received: what it may complain about. */
  readonly last: { client: Uint8Array | undefined; server: Uint8Array | undefined };
}

/** The frames of a step as its sender, next to this router, would send them; none when it has nothing to say. */
export function framesOf(setup: Setup, conversation: Conversation, step: Step, seen: Seen): Frame[] {
  const isClient = step.from === 'client';
  const port = isClient ? 0 : 1;
  const ethernet = { source: NEIGHBOUR_MACS[port], destination: MACS[port] };
  const clientAddress = isClient ? conversation.client : (setup.seen ?? conversation.client);
  const clientPort = isClient ? conversation.port : seen.port;
  if (clientPort === undefined) return [];
  const server = isClient ? setup.service : setup.server;
  const [source, destination] = isClient ? [clientAddress, server] : [server, clientAddress];
  const { id, ttl, trafficClass, dontFragment, options } = step;
  const ip = { source, destination, id, ttl, trafficClass, dontFragment, options };
  if (step.what === 'error') {
    const about = isClient ? seen.last.client : seen.last.server;
    if (about === undefined) return [];
    const [type, code, rest] = step.kind;
    const bytes = buildIcmpError({
      ethernet,
      ip: { ...ip, source: step.byRouter ? ROUTERS[port] : source, dontFragment: false },
      icmp: { type, code, rest },
      quoted: about.subarray(0, Math.min(about.length, step.quote)),
    });
    return [{ port, bytes: damaged(bytes, step.damage) }];
  }
  const payload = Uint8Array.from({ length: step.length }, (_, i) => (i * 7 + id) & 255);
  const [there, here] = conversation.protocol === 'icmp' ? [0, 0] : setup.ports[conversation.protocol];
  const serverPort = isClient ? there : here;
  const [sourcePort, destinationPort] = isClient ? [clientPort, serverPort] : [serverPort, clientPort];
  const { flags, sequence, acknowledgement, tcpOptions, withChecksum } = step;
  const bytes =
    conversation.protocol === 'tcp'
      ? buildTcp({
          ethernet,
          ip,
          tcp: { sourcePort, destinationPort, flags, sequence, acknowledgement, options: tcpOptions },
          payload,
        })
      : conversation.protocol === 'udp'
        ? buildUdp({ ethernet, ip, udp: { sourcePort, destinationPort, withChecksum }, payload })
        : buildIcmpEcho({
            ethernet,
            ip,
            icmp: { operation: isClient ? 'request' : 'reply', identifier: clientPort, sequence: id },
            payload,
          });
  const most = setup.config.interfaces[port]!.mtu;
  if (conversation.protocol === 'tcp' && step.reservedTcp > 0) {
    bytes[14 + ipv4.headerLengthOf(bytes, 14) + 12]! |= step.reservedTcp;
    fillChecksums(bytes, 0, bytes.length);
  }
  const pieces = cut(damaged(bytes, step.damage), step, most);
  if (step.reservedIp) for (const piece of pieces) setReserved(piece);
  return pieces.map((piece) => ({ port, bytes: padded(piece, step.trailer, most) }));
}

/** Routers beyond the ones next to the port: they too report errors. */
const ROUTERS = [asIpv4(0x0a00_0109), asIpv4(0xcb00_71fd)] as const;

function setReserved(frame: Uint8Array): void {
  frame[20]! |= 0x80;
  ipv4.fillHeaderChecksum(frame, 14);
}

function damaged(frame: Uint8Array, bits: number): Uint8Array {
  if (bits === 0) return frame;
  const l4 = 14 + ipv4.headerLengthOf(frame, 14);
  const at = l4 + { 1: 2, 6: 16, 17: 6 }[ipv4.protocolOf(frame, 14) as 1 | 6 | 17];
  // No checksum, and none that says so, are not what is meant.
  if ((frame[at]! | frame[at + 1]!) === 0) return frame;
  frame[at]! ^= bits >>> 8;
  frame[at + 1]! ^= bits & 255;
  if ((frame[at]! | frame[at + 1]!) === 0) frame[at] = 1;
  return frame;
}

function padded(frame: Uint8Array, trailer: number, mtu: number): Uint8Array {
  if (trailer === 0 || frame.length + trailer > mtu + 14) return frame;
  const longer = new Uint8Array(frame.length + trailer).fill(0xee);
  longer.set(frame);
  return longer;
}

/** The packet in fragments: where the step says so, and where the sender's own link needs it. */
function cut(frame: Uint8Array, { cuts, shuffled, dontFragment }: Step, mtu: number): Uint8Array[] {
  const header = ipv4.decode(frame, 14, frame.length);
  if (isProblem(header)) throw new Error('cannot be');
  const payload = frame.subarray(header.end);
  const headerLength = header.end - header.start;
  const most = (mtu - headerLength) & ~7;
  if (cuts.length === 0 && headerLength + payload.length <= mtu) return [frame];
  const edges = [0, ...new Set(cuts.map((at) => at * 8).filter((at) => at < payload.length)), payload.length];
  edges.sort((a, b) => a - b);
  const pieces: Uint8Array[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    for (let from = edges[i]!; from < edges[i + 1]!; from += most) {
      const to = Math.min(from + most, edges[i + 1]!);
      const bytes = buildIpv4({
        ethernet: { source: NO_MAC, destination: NO_MAC },
        ip: { ...header, dontFragment, fragmentOffset: from, moreFragments: to < payload.length },
        payload: payload.subarray(from, to),
      });
      bytes.set(frame.subarray(0, 12));
      pieces.push(bytes);
    }
  }
  return shuffled ? pieces.reverse() : pieces;
}
