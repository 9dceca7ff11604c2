import type { LabEvent } from '../../../../src/lab/events.ts';
import type { PlannedInterface, PlannedNode, Sysctls } from '../../../../src/lab/topology/plan.ts';
import { VirtualClock } from '../../../../src/lab/embedded/clock.ts';
import { LabNode } from '../../../../src/lab/embedded/lab-node.ts';
import { Segment, type SegmentPort } from '../../../../src/lab/embedded/segment.ts';
import {
  asMac,
  BROADCAST_MAC,
  type Ipv4,
  type Mac,
  NO_MAC,
  parseIpv4,
} from '../../../../src/packet/address.ts';
import * as arp from '../../../../src/packet/arp.ts';
import { buildArp, buildIcmpEcho, buildTcp, buildUdp } from '../../../../src/packet/build.ts';
import { decodeFrame } from '../../../../src/packet/decode.ts';
import type { Layer } from '../../../../src/packet/layers.ts';
import * as tcp from '../../../../src/packet/tcp.ts';

export const SECOND = 1e9;
export const ip = (text: string): Ipv4 => parseIpv4(text)!;

/** The node under test has `0x02…01` on `left` (10.0.1.1/24) and `0x02…02` on `right` (10.0.2.1/24). */
export const LEFT_MAC = asMac(0x020000000001);
export const RIGHT_MAC = asMac(0x020000000002);
/** Whoever the test plays. */
export const PROBE_MAC = asMac(0x0200000000aa);
export const OTHER_MAC = asMac(0x0200000000bb);

export const plainSysctls: Sysctls = {
  ip_forward: 0,
  arp_ignore: 0,
  arp_announce: 0,
  rp_filter: 0,
  send_redirects: 0,
};

export interface BenchSettings {
  readonly sysctls?: Partial<Sysctls>;
  readonly node?: Partial<PlannedNode>;
  readonly left?: Partial<PlannedInterface>;
  readonly right?: Partial<PlannedInterface>;
}

function plannedInterface(segment: string, address: string, mac: Mac): PlannedInterface {
  return {
    segment,
    address: ip(address),
    prefixLength: 24,
    mac,
    mtu: 1500,
    loss: 0,
    delayNs: 0,
    drop: [],
    down: false,
  };
}

/** One node between two segments, and a probe on each that says and hears what the test wants. */
export class HostBench {
  readonly clock = new VirtualClock();
  readonly events: LabEvent[] = [];
  readonly node: LabNode;
  readonly #segments = new Map<string, Segment>();
  readonly #heard = new Map<string, Uint8Array[]>();
  readonly #probes = new Map<string, SegmentPort>();

  constructor({ sysctls, node, left, right }: BenchSettings = {}) {
    const planned: PlannedNode = {
      name: 'host',
      role: 'server',
      interfaces: [
        { ...plannedInterface('left', '10.0.1.1', LEFT_MAC), ...left },
        { ...plannedInterface('right', '10.0.2.1', RIGHT_MAC), ...right },
      ],
      loopback: [],
      routes: [],
      sysctls: { ...plainSysctls, ...sysctls },
      decapsulate: false,
      listen: [80],
      ...node,
    };
    for (const name of ['left', 'right']) this.#plugProbe(name);
    this.node = new LabNode(planned, [], {
      clock: this.clock,
      seed: 1,
      emit: (event) => this.events.push(event),
      segment: (name) => this.#segment(name),
    });
  }

  /** Says something on a segment, lets `forNs` pass, and returns what the node said, by segment. */
  say(segment: 'left' | 'right', bytes: Uint8Array, forNs = 1e6): Record<string, Uint8Array[]> {
    this.#segment(segment).transmit(this.#probes.get(segment)!, bytes);
    return this.wait(forNs);
  }

  wait(forNs: number): Record<string, Uint8Array[]> {
    this.clock.runUntil(this.clock.now() + forNs);
    return Object.fromEntries([...this.#heard].map(([name, frames]) => [name, frames.splice(0)]));
  }

  /** Makes the node know a neighbour, as a neighbour that asks for it does. */
  introduce(segment: 'left' | 'right', address: string, mac = PROBE_MAC): void {
    this.say(segment, arpRequest(segment === 'left' ? '10.0.1.1' : '10.0.2.1', address, mac));
  }

  #segment(name: string): Segment {
    const segment = this.#segments.get(name) ?? new Segment(name, this.clock);
    this.#segments.set(name, segment);
    return segment;
  }

  #plugProbe(name: string): void {
    const heard: Uint8Array[] = [];
    this.#heard.set(name, heard);
    const probe = {
      down: false,
      mtu: 9000,
      delayNs: 0,
      arrive: (frame: Uint8Array) => void heard.push(frame),
    };
    this.#probes.set(name, probe);
    this.#segment(name).attach(probe);
  }
}

export function arpRequest(target: string, sender: string, mac = PROBE_MAC): Uint8Array {
  const header = { senderMac: mac, senderIp: ip(sender), targetMac: NO_MAC, targetIp: ip(target) };
  return buildArp({ arp: { operation: arp.REQUEST, ...header } });
}

export function arpReply(sender: string, mac: Mac, target: string, targetMac: Mac): Uint8Array {
  const header = { senderMac: mac, senderIp: ip(sender), targetMac, targetIp: ip(target) };
  return buildArp({ arp: { operation: arp.REPLY, ...header } });
}

export interface PacketFields {
  readonly from: string;
  readonly to: string;
  readonly mac?: Mac;
  readonly ttl?: number;
  readonly dontFragment?: boolean;
  readonly size?: number;
}

function base({ from, to, mac = LEFT_MAC, ttl, dontFragment }: PacketFields) {
  return {
    ethernet: { source: PROBE_MAC, destination: mac },
    ip: { source: ip(from), destination: ip(to), id: 77, ttl, dontFragment },
  };
}

export function udpFrame(fields: PacketFields, port = 9): Uint8Array {
  const payload = new Uint8Array(fields.size ?? 4).fill(7);
  return buildUdp({ ...base(fields), udp: { sourcePort: 1000, destinationPort: port }, payload });
}

export function synFrame(fields: PacketFields, port = 80): Uint8Array {
  const header = { sourcePort: 1000, destinationPort: port, sequence: 5, flags: tcp.SYN };
  return buildTcp({ ...base(fields), tcp: header });
}

export function pingFrame(fields: PacketFields): Uint8Array {
  const payload = Uint8Array.from({ length: fields.size ?? 8 }, (_, at) => at & 0xff);
  return buildIcmpEcho({
    ...base(fields),
    icmp: { operation: 'request', identifier: 3, sequence: 4 },
    payload,
  });
}

export function broadcast(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  copy.fill(0xff, 0, 6);
  return copy;
}

export function layersOf(frame: Uint8Array | undefined): readonly Layer[] {
  return frame ? decodeFrame(frame).layers : [];
}

/** The first layer of a kind. */
export function layer<Kind extends Layer['kind']>(
  frame: Uint8Array | undefined,
  kind: Kind,
): Extract<Layer, { kind: Kind }> | undefined {
  return layersOf(frame).find((found): found is Extract<Layer, { kind: Kind }> => found.kind === kind);
}

export function icmpOf(frame: Uint8Array | undefined): string | undefined {
  const found = layer(frame, 'icmp');
  return found && `${found.type}/${found.code}`;
}

export { BROADCAST_MAC };
