import { parseIpv4 } from '../../../src/packet/address.ts';
import { update16 } from '../../../src/packet/checksum.ts';
import { u16, setU16 } from '../../../src/packet/bytes.ts';
import * as icmp from '../../../src/packet/icmp.ts';
import * as ipv4 from '../../../src/packet/ipv4.ts';
import { ACK, FIN, hex, Rig, RST, SYN } from '../rig.ts';
import { framesOf, type Conversation, type Seen, type Step } from './conversations.ts';
import type { Frame, LinuxRouter } from './kernel.ts';
import type { Setup } from './setups.ts';

export interface Disagreement {
  readonly conversation: Conversation;
  /** Place of the step. */
  readonly at: number;
  readonly given: readonly string[];
  readonly linux: readonly string[];
  readonly forwarder: readonly string[];
  /** Why the forwarder dropped it, if it did. */
  readonly reasons: readonly string[];
}

/** Where the two are known to differ, and why. Nothing else is tolerated. */
const KNOWN: readonly { readonly difference: string; readonly is: (found: Disagreement) => boolean }[] = [
  {
    difference:
      'A bad L4 checksum: Linux looks at TTL and MTU first and answers with an ICMP error; here a damaged packet is never answered.',
    is: ({ conversation, at, linux, forwarder, reasons }) =>
      conversation.steps[at]!.damage !== 0 &&
      forwarder.length === 0 &&
      reasons.join() === 'bad-checksum' &&
      linux.length === 1 &&
      isOwnError(linux[0]!),
  },
  {
    difference:
      'ICMP errors about packets with IP options: Linux sends the options back, here they are left out.',
    is: ({ conversation, at, linux, forwarder }) =>
      conversation.steps[at]!.options.length > 0 &&
      linux.length === 1 &&
      forwarder.length === 1 &&
      isOwnError(linux[0]!) &&
      isOwnError(forwarder[0]!) &&
      isSameError(frameOf(linux[0]!), frameOf(forwarder[0]!)),
  },
  {
    difference:
      'Malformed IP options: Linux tells the sender where the fault is (ICMP 12), here they are dropped in silence.',
    is: ({ conversation, at, linux, forwarder, reasons }) =>
      conversation.steps[at]!.options.length > 0 &&
      forwarder.length === 0 &&
      reasons.length > 0 &&
      reasons.every((reason) => reason === 'malformed') &&
      linux.length === 1 &&
      isOwnError(linux[0]!) &&
      typeOf(frameOf(linux[0]!)) === icmp.PARAMETER_PROBLEM,
  },
  {
    difference:
      'ICMP parameter problem through dnat: netfilter translates it, IPVS and the forwarder leave it alone.',
    is: ({ conversation, at, linux, forwarder, reasons }) =>
      conversation.steps[at]!.what === 'error' &&
      conversation.steps[at]!.kind[0] === icmp.PARAMETER_PROBLEM &&
      forwarder.length === 0 &&
      reasons.every((reason) => reason === 'unsupported') &&
      linux.length === 1,
  },
  {
    difference:
      'The timestamp option: Linux writes the time of day, the forwarder, which has no clock of its own, one that is marked as another time; the address beside it is that of the way in on Linux, of the way out here.',
    is: ({ conversation, at, linux, forwarder }) =>
      conversation.steps[at]!.options[0] === TIMESTAMP &&
      linux.length === forwarder.length &&
      linux.every((text, index) => withoutStamp(text) === withoutStamp(forwarder[index]!)),
  },
  {
    difference:
      'TCP flags that make no sense together: conntrack calls the segment invalid, and nothing translates it; IPVS and the forwarder carry it like any other.',
    is: ({ conversation, at, linux }) =>
      isSenseless(conversation, conversation.steps[at]!) && linux.every(isOwnError),
  },
];

export function knownDifference(found: Disagreement): string | undefined {
  return KNOWN.find(({ is }) => is(found))?.difference;
}

const TIMESTAMP = 68;

/** `tcp_valid_flags` of nf_conntrack_proto_tcp.c, where PSH, ECE and CWR do not count. */
function isSenseless({ protocol }: Conversation, { what, flags }: Step): boolean {
  if (protocol !== 'tcp' || what === 'error') return false;
  const [urgent, counted] = [32, flags & 0x37];
  const valid = [
    SYN,
    SYN | urgent,
    SYN | ACK,
    RST,
    RST | ACK,
    FIN | ACK,
    FIN | ACK | urgent,
    ACK,
    ACK | urgent,
  ];
  return !valid.includes(counted);
}

function frameOf(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex');
}

function typeOf(frame: Uint8Array): number {
  return icmp.typeOf(frame, 14 + ipv4.headerLengthOf(frame, 14));
}

/** The same but for options and what depends on them: the lengths, the checksums, how much is quoted. */
function isSameError(a: Uint8Array, b: Uint8Array): boolean {
  const essence = (frame: Uint8Array): string => {
    const l4 = 14 + ipv4.headerLengthOf(frame, 14);
    const parts = [
      frame.subarray(0, 14),
      frame.subarray(15, 16),
      frame.subarray(20, 24),
      frame.subarray(26, 34),
    ];
    return [...parts, frame.subarray(l4, l4 + 2), frame.subarray(l4 + 4, l4 + 8)].map(hex).join();
  };
  const [first, second] = [quotedBy(a), quotedBy(b)];
  return essence(a) === essence(b) && (first.startsWith(second) || second.startsWith(first));
}

/** Its options left out: Linux has filled them in when it quotes them. */
function quotedBy(frame: Uint8Array): string {
  const quote = frame.slice(quoteIn(frame));
  ipv4.setChecksum(quote, 0, 0);
  quote.fill(0, ipv4.HEADER_LENGTH, ipv4.headerLengthOf(quote, 0));
  return hex(quote);
}

/** With zeros where an entry may stand, and in the header checksum. */
function withoutStamp(text: string): string {
  const frame = frameOf(text);
  const options = frame.subarray(34, 14 + ipv4.headerLengthOf(frame, 14));
  const end = (options[3] ?? 0) % 16 === 0 ? 8 : 12;
  if (options.length < end) return text;
  options.fill(0, 4, end);
  ipv4.setChecksum(frame, 14, 0);
  return `${text.slice(0, 2)}${hex(frame)}`;
}

/** A frame as `canonical` writes it: back to the client or server, ICMP, ID taken out. */
function isOwnError(text: string): boolean {
  const frame = frameOf(text);
  return (
    ipv4.protocolOf(frame, 14) === ipv4.PROTOCOL_ICMP && ipv4.idOf(frame, 14) === 0 && quoteIn(frame) > 0
  );
}

/** A forwarder that knows its neighbours. */
export function forwarderOf(setup: Setup): Rig {
  const rig = new Rig(setup.config);
  for (const { port, address, mac } of setup.neighbours) {
    rig.learn(parseIpv4(address)!, mac, port);
  }
  return rig;
}

/**
 * Runs conversations side by side through a Linux kernel and the forwarder: every step of all of them, then the next.
 * Each router is told what it would be told by hosts that saw only its own packets. A conversation ends where the two
 * first disagree.
 */
export async function compare(
  setup: Setup,
  linux: LinuxRouter,
  rig: Rig,
  conversations: readonly Conversation[],
): Promise<{ readonly disagreements: Disagreement[]; readonly packets: number }> {
  const disagreements: Disagreement[] = [];
  let packets = 0;
  let running = conversations.map((conversation) => ({
    conversation,
    linux: nothingSeen(),
    forwarder: nothingSeen(),
  }));
  for (let at = 0; running.length > 0; at++) {
    running = running.filter(({ conversation }) => at < conversation.steps.length);
    const given = running.map(({ conversation, linux: seen }) =>
      framesOf(setup, conversation, conversation.steps[at]!, seen),
    );
    const came = byConversation(
      running.map(({ conversation }) => conversation),
      await linux.pass(given.flat()),
    );
    packets += given.flat().length;
    running = running.filter(({ conversation, linux: seen, forwarder }, index) => {
      const step = conversation.steps[at]!;
      const sentByLinux = came.get(conversation) ?? [];
      const own = framesOf(setup, conversation, step, forwarder);
      rig.now += 0.01;
      const { sent, decisions } = together(own.map(({ port, bytes }) => rig.give(bytes, port)));
      const texts = [
        canonical(sentByLinux, conversation, step, seen),
        canonical(sent, conversation, step, forwarder),
      ] as const;
      if (texts[0].join() !== texts[1].join()) {
        disagreements.push({
          conversation,
          at,
          given: given[index]!.map(({ bytes }) => hex(bytes)),
          linux: texts[0],
          forwarder: texts[1],
          reasons: decisions.flatMap(({ reason }) => reason ?? []),
        });
        return false;
      }
      look(sentByLinux, conversation, step, seen);
      look(sent, conversation, step, forwarder);
      return !isLostHandshake(step, sent) && !isSenseless(conversation, step);
    });
  }
  return { disagreements, packets };
}

/** Hosts do not go on when one of them did not hear the other. */
function isLostHandshake({ from, what, flags }: Step, sent: readonly Frame[]): boolean {
  const port = from === 'client' ? 1 : 0;
  return what === 'packet' && (flags & SYN) !== 0 && !sent.some((frame) => frame.port === port);
}

function nothingSeen(): Seen {
  return { port: undefined, last: { client: undefined, server: undefined } };
}

function together(results: readonly ReturnType<Rig['give']>[]): ReturnType<Rig['give']> {
  return {
    sent: results.flatMap(({ sent }) => sent),
    decisions: results.flatMap(({ decisions }) => decisions),
  };
}

/** Frames by the conversation whose packets, or whose quoted packets, have their ID. */
function byConversation(
  conversations: readonly Conversation[],
  frames: readonly Frame[],
): Map<Conversation, Frame[]> {
  const owners = new Map(conversations.flatMap((one) => one.steps.map(({ id }) => [id, one] as const)));
  const found = new Map<Conversation, Frame[]>();
  for (const frame of frames) {
    const quoted = quoteIn(frame.bytes);
    const owner =
      (quoted > 0 ? owners.get(ipv4.idOf(frame.bytes, quoted)) : undefined) ??
      owners.get(ipv4.idOf(frame.bytes, 14));
    if (owner) found.set(owner, [...(found.get(owner) ?? []), frame]);
  }
  return found;
}

/** Where the packet that an ICMP error quotes starts; 0 when there is none. */
function quoteIn(frame: Uint8Array): number {
  const l4 = 14 + ipv4.headerLengthOf(frame, 14);
  const isError = ipv4.protocolOf(frame, 14) === ipv4.PROTOCOL_ICMP && icmp.isError(icmp.typeOf(frame, l4));
  return isError && ipv4.fragmentOffsetOf(frame, 14) === 0 ? l4 + icmp.HEADER_LENGTH : 0;
}

/** What each end learns from the packet it gets. */
function look(frames: readonly Frame[], { protocol }: Conversation, step: Step, seen: Seen): void {
  const port = step.from === 'client' ? 1 : 0;
  for (const { port: at, bytes } of frames) {
    if (at !== port || step.what === 'error' || ipv4.fragmentOffsetOf(bytes, 14) > 0) continue;
    const l4 = 14 + ipv4.headerLengthOf(bytes, 14);
    const packet = bytes.slice(14, 14 + ipv4.totalLengthOf(bytes, 14));
    if (port === 0) seen.last.client = packet;
    else {
      seen.last.server = packet;
      seen.port ??= u16(bytes, protocol === 'icmp' ? l4 + icmp.IDENTIFIER : l4);
    }
  }
}

/**
 * Frames as text, by port, with the client's own port where the router put another one: both routers may choose ports,
 * but then nothing else may differ. An error of the router's own has an ID that is its own business.
 */
function canonical(frames: readonly Frame[], conversation: Conversation, step: Step, seen: Seen): string[] {
  const copies = frames.map(({ port, bytes }) => ({ port, bytes: bytes.slice() }));
  for (const { port, bytes } of copies) {
    const quoted = quoteIn(bytes);
    if (quoted > 0 && step.what === 'packet') {
      ipv4.setId(bytes, 14, 0);
      ipv4.fillHeaderChecksum(bytes, 14);
    }
    if (port === 1 && ipv4.fragmentOffsetOf(bytes, 14) === 0)
      restorePort(bytes, quoted, copies, conversation, seen);
  }
  const texts = copies.map(({ port, bytes }) => `${port} ${hex(bytes)}`);
  return [...texts.filter((text) => text.startsWith('0')), ...texts.filter((text) => text.startsWith('1'))];
}

/** Writes the client's own port instead of the one that stands for it, checksums kept. */
function restorePort(
  frame: Uint8Array,
  quoted: number,
  all: readonly Frame[],
  conversation: Conversation,
  seen: Seen,
): void {
  const ip = quoted > 0 ? quoted : 14;
  const l4 = ip + ipv4.headerLengthOf(frame, ip);
  const isPing = conversation.protocol === 'icmp';
  // A packet to the server comes from the port, one that the server sent goes to it.
  const at = l4 + (isPing ? icmp.IDENTIFIER : quoted > 0 ? 2 : 0);
  if (at + 2 > frame.length) return;
  const before = u16(frame, at);
  if (quoted > 0 && seen.port !== undefined && before !== seen.port) return;
  setU16(frame, at, conversation.port);
  const place = { tcp: 16, udp: 6, icmp: 2 }[conversation.protocol];
  const changes: [number, number][] = [[before, conversation.port]];
  // A tiny first fragment leaves the checksum to the next one.
  const holder = quoted > 0 ? { bytes: frame, at: l4 + place } : checksumIn(all, place);
  if (holder !== undefined && holder.at + 2 <= holder.bytes.length) {
    const old = u16(holder.bytes, holder.at);
    const isNone = conversation.protocol === 'udp' && old === 0;
    if (!isNone) {
      const value = update16(old, before, conversation.port);
      // Both forms of zero are one.
      setU16(holder.bytes, holder.at, conversation.protocol === 'udp' && value === 0 ? 0xffff : value);
      changes.push([old, u16(holder.bytes, holder.at)]);
    }
  }
  if (quoted === 0) return;
  const outer = 14 + ipv4.headerLengthOf(frame, 14) + icmp.CHECKSUM;
  for (const [from, to] of changes) setU16(frame, outer, update16(u16(frame, outer), from, to));
}

/** Where the checksum stands that is so many bytes into the payload of a packet in fragments. */
function checksumIn(
  fragments: readonly Frame[],
  place: number,
): { readonly bytes: Uint8Array; readonly at: number } | undefined {
  for (const { port, bytes } of fragments) {
    const l4 = 14 + ipv4.headerLengthOf(bytes, 14);
    const at = l4 + place - ipv4.fragmentOffsetOf(bytes, 14);
    if (port === 1 && at >= l4 && at + 2 <= 14 + ipv4.totalLengthOf(bytes, 14)) return { bytes, at };
  }
  return undefined;
}
