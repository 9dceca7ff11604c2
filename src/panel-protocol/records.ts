import type { FlowOutcome } from '../journey/report.ts';

export const RECORD_BYTES = 76;
export const MOST_RECORDS = 2000;
/**
 * In a number that names a node. Nodes keep theirs from edit to edit, also those that are gone: a name that is changed
 * takes another one, so there are more than a plan has nodes.
 */
export const NO_NODE = 0xffff;
export const BROADCAST = 0xfffe;

/** The first byte of every record. A record with the same key as an earlier one replaces it. */
export const recordKinds = { flow: 1, journey: 2, hop: 3 } as const;

/**
 * Byte offsets, little-endian. `text` fields are u16 or u32 indices of the string table. Key: `id`.
 */
export const flowLayout = {
  kind: 0, // u8
  /** u8: index in `flowKinds`. */
  protocol: 1,
  /** u8: index in `outcomes`. */
  outcome: 2,
  /** u8, bits of `flowFlags`. */
  flags: 3,
  id: 4, // u32
  epoch: 8, // u16
  /** u16: the node where it was lost or who refused it. */
  at: 10,
  clientAddress: 12, // u32
  serviceAddress: 16, // u32
  clientPort: 20, // u16
  servicePort: 22, // u16
  startNs: 24, // f64
  endNs: 32, // f64
  /** u32 each: how many packets; record numbers are in the hops. */
  journeys: 40,
  /** u32 texts. */
  request: 44,
  response: 48,
  /** Ready to show: why it was refused or lost, or what is broken about it. */
  reason: 52,
  /** u8: 0 nothing was predicted, 1 all as predicted, 2 something was not. */
  expected: 56,
  /** u16 each: how many requests it carried, and how many were answered whole; 0 where no client said. */
  asked: 58,
  answered: 60,
  /** u16 each: nodes. */
  client: 64,
  server: 66,
} as const;

/** Key: `id`. Belongs to the flow record with id `flow`, which precedes it. */
export const journeyLayout = {
  kind: 0, // u8
  /** u8: index in `journeyKinds`. */
  journeyKind: 1,
  /** u8: index in `journeyOutcomes`. */
  outcome: 2,
  /** u8, bits of `journeyFlags`. */
  flags: 3,
  id: 4, // u32
  flow: 8, // u32
  epoch: 12, // u16
  /** u16: how many hops; their records follow. */
  hops: 14,
  timeNs: 16, // f64
  /** u8: index in `confidences`. */
  confidence: 24,
  /** u8: as in flows. */
  expected: 25,
  /** u8, bits of `tcpFlags` as on the wire. */
  tcpFlags: 26,
  /** u32: bytes of payload. */
  payload: 28,
  /** u32 texts: ready to show, why it ended where it did; what it says (an ICMP error's meaning, a line of HTTP). */
  reason: 32,
  detail: 36,
  endNs: 40, // f64
} as const;

/** Key: `journey` and `index`. */
export const hopLayout = {
  kind: 0, // u8
  /** u8, bits of `hopFlags`. */
  flags: 1,
  /** u8: index in `confidences`. */
  confidence: 2,
  /** u8: index in `fates`. */
  fate: 3,
  journey: 4, // u32
  index: 8, // u16
  /** u16: length of the frame on the wire. */
  length: 10,
  timeNs: 12, // f64
  frame: 20, // u32
  /** u16 each: nodes. */
  from: 24,
  to: 26,
  /** u8 each: of the outermost IPv4 header; 0 without one. */
  ttl: 29,
  protocol: 30,
  /** u8: as in flows. */
  expected: 31,
  /** u32 each: of the innermost IPv4 header, or ARP's sender and target. */
  source: 32,
  destination: 36,
  /** u16 each: for an ICMP echo both are its identifier. */
  sourcePort: 40,
  destinationPort: 42,
  /** u32 each: of the wrapper of an encapsulated packet, else 0. */
  outerSource: 44,
  outerDestination: 48,
  /** u16, bits of `changeBits`: what the node before changed that is the model's signature. */
  signature: 52,
  /** u8: how many routine changes beside it. */
  routine: 54,
  /** u32 texts, ready to show: the arrival's reason; the decision (`rr chose rs1`). */
  reason: 56,
  decision: 60,
  /** u16 each: segment, owners of the MACs (`BROADCAST` too). */
  segment: 64,
  sourceMac: 66,
  destinationMac: 68,
  /** u32 text: the fields that are not as predicted, as JSON: a list of `[field, seen, expected]`. */
  unexpected: 72,
} as const;

export const flowKinds = ['tcp', 'udp', 'icmp', 'arp', 'other', 'vrrp', 'probe'] as const;
export const outcomes = [
  'answered',
  'refused',
  'lost',
  'ambiguous',
  'open',
  'partial',
] as const satisfies readonly FlowOutcome['kind'][];
export const journeyKinds = [
  'syn',
  'syn-ack',
  'ack',
  'data',
  'fin',
  'rst',
  'udp',
  'echo-request',
  'echo-reply',
  'icmp-error',
  'arp-request',
  'arp-reply',
  'other',
  'vrrp-advertisement',
] as const;
export const journeyOutcomes = ['arrived', 'lost', 'ambiguous', 'dropped', 'unseen'] as const;
export const confidences = ['certain', 'strong', 'likely', 'ambiguous'] as const;
export const fates = [
  'forwarded',
  'accepted',
  'answered',
  'unwrapped',
  'ignored',
  'dropped',
  'lost',
  'held',
  'unseen',
] as const;

export const flowFlags = { begunInMiddle: 1 } as const;
export const journeyFlags = { reply: 1, retransmission: 2 } as const;
export const hopFlags = { encapsulated: 1, cut: 2, broadcast: 4, fragment: 8 } as const;
/** What can change on the way. `wrapped` and `unwrapped`: an outer header was put on or taken off. */
export const changeBits = {
  sourceMac: 1,
  destinationMac: 2,
  source: 4,
  destination: 8,
  sourcePort: 16,
  destinationPort: 32,
  wrapped: 64,
  unwrapped: 128,
  ttl: 256,
  other: 512,
} as const;
