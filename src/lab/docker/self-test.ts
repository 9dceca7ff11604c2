import { buildArp, buildTcp, buildUdp, buildVrrp, type IpFields } from '../../packet/build.ts';
import {
  asIpv4,
  BROADCAST_MAC,
  formatIpv4,
  formatMac,
  type Ipv4,
  type Mac,
  NO_ADDRESS,
  NO_MAC,
} from '../../packet/address.ts';
import { u16, u32 } from '../../packet/bytes.ts';
import { sourceOf } from '../../packet/ethernet.ts';
import { GROUP, STOPS } from '../../packet/vrrp.ts';
import type { Plan, PlannedInterface } from '../topology/plan.ts';
import type { AgentLink } from './agent-link.ts';
import type { CapturedFrame } from '../agent-wire/agent-protocol.ts';
import { LabError } from './lab-problem.ts';
import { sharedAddresses, spokenSegments } from './shared-addresses.ts';

const ETHERTYPE = 12;
const ARP = 0x0806;
const ARP_OPERATION = 20;
const ARP_SENDER_ADDRESS = 28;
const REQUEST = 1;
const REPLY = 2;
const DISCARD_PORT = 9;
/** How often frames are sent while somebody has not seen them, and how long after each time that is waited for. */
const ROUNDS = 16;
const AGAIN_MS = 500;
/** How long somebody else may take to answer for an address of the lab. */
const LISTEN_MS = 150;

type LinkOf = (node: string) => Pick<AgentLink, 'ask'> | undefined;

interface Member {
  readonly node: string;
  readonly port: PlannedInterface;
}

interface Segment {
  readonly name: string;
  readonly members: readonly Member[];
}

/**
 * Before any node has an address: frames such as the lab will carry cross every segment, and nobody answers for a
 * planned address. A host firewall, or a machine on the lab's bridge, is found here and not in a broken lesson.
 */
export class SelfTest {
  readonly #plan: Plan;
  /** Segments that what directors tell each other has to cross too. */
  readonly #spoken: ReadonlySet<string>;
  readonly #linkOf: LinkOf;
  readonly #check: () => void;
  /** `segment node marker` of the test frames seen. */
  readonly #seen = new Set<string>();
  /** Segments whose addresses were asked for, and when the last of them first was. */
  readonly #asked = new Set<string>();
  #askedAt = 0;
  #answer: { readonly address: Ipv4; readonly mac: Mac; readonly segment: string } | undefined;

  /** `check` throws when nobody waits for the outcome any more. */
  constructor(plan: Plan, linkOf: LinkOf, check: () => void) {
    this.#plan = plan;
    this.#spoken = spokenSegments(plan);
    this.#linkOf = linkOf;
    this.#check = check;
  }

  /** What a node's captures saw while the test runs. */
  see(node: string, { segment, bytes }: CapturedFrame): void {
    if (bytes.length < 42) return;
    if (u16(bytes, ETHERTYPE) !== ARP) {
      // The IP identification marks a frame as one of the test's.
      this.#seen.add(key(segment, node, u16(bytes, 18)));
      return;
    }
    const mac = sourceOf(bytes, 0);
    const isOurs = this.#plan.nodes.some(({ interfaces }) => interfaces.some((port) => port.mac === mac));
    if (u16(bytes, ARP_OPERATION) === REPLY && !isOurs)
      this.#answer ??= { address: asIpv4(u32(bytes, ARP_SENDER_ADDRESS)), mac, segment };
  }

  /**
   * Who answers for an address of the lab may take a while. So the first node that is on a segment asks, when others have
   * not even started.
   */
  async ask(node: string): Promise<void> {
    for (const { name, members } of this.#segments()) {
      const member = members.find((one) => one.node === node);
      if (!member || this.#asked.has(name)) continue;
      this.#asked.add(name);
      await this.#inject(name, member, this.#probes(member.port.mac, members));
      this.#askedAt = Date.now();
    }
  }

  /** Throws a `LabError` that names the segment, and the machine or the frames concerned. */
  async run(): Promise<void> {
    const listenUntil = this.#askedAt + LISTEN_MS;
    let left = this.#segments();
    for (let round = 1; ; round++) {
      this.#check();
      await Promise.all(left.map(({ name, members }) => this.#send(name, members)));
      while (Date.now() < listenUntil) await pause(10);
      // Counted from here: how long a loaded machine took to send says nothing about the segment.
      const sentAt = Date.now();
      for (;;) {
        left = left.filter(({ name, members }) => this.#missing(name, members).length > 0);
        if (left.length === 0 || Date.now() - sentAt >= AGAIN_MS) break;
        await pause(10);
      }
      if (this.#answer) throw this.#answered(this.#answer);
      if (left.length === 0) return;
      if (round === ROUNDS) throw this.#blocked(left[0]!);
    }
  }

  /** Those that somebody is on. */
  #segments(): Segment[] {
    const segments = this.#plan.segments.map(({ name }) => ({ name, members: this.#members(name) }));
    return segments.filter(({ members }) => members.length > 0);
  }

  #members(segment: string): Member[] {
    return this.#plan.nodes.flatMap(({ name, interfaces }) =>
      interfaces
        .filter((port) => port.segment === segment && !port.down)
        .map((port) => ({ node: name, port })),
    );
  }

  /** From the first node of the segment to all others at once: they are broadcast, so that no kernel answers. */
  async #send(segment: string, [sender, ...others]: readonly Member[]): Promise<void> {
    if (!sender) return;
    const ethernet = { source: sender.port.mac, destination: BROADCAST_MAC };
    const probes = this.#probes(sender.port.mac, [sender, ...others]);
    const samples = others.length > 0 ? this.#samples(ethernet) : [];
    const spoken = others.length > 0 && this.#spoken.has(segment) ? [advertisement(sender.port)] : [];
    await this.#inject(segment, sender, [...probes, ...samples, ...spoken]);
  }

  #probes(mac: Mac, members: readonly Member[]): Uint8Array[] {
    const addresses = members.map(({ port }) => port.address);
    return [...addresses, ...sharedAddresses(this.#plan)].map((address) => probe(mac, address));
  }

  async #inject(segment: string, { node }: Member, frames: readonly Uint8Array[]): Promise<void> {
    const base64 = frames.map((frame) => Buffer.from(frame).toString('base64'));
    await this.#linkOf(node)?.ask('inject', { segment, frames: base64 });
  }

  /** A datagram from a client to where it sends, and a segment of a reply that no firewall saw the request of. */
  #samples(ethernet: { readonly source: Mac; readonly destination: Mac }): Uint8Array[] {
    const { from, to } = this.#ends();
    return [
      buildUdp({
        ethernet,
        ip: ip(from, to, REQUEST_MARKER),
        udp: { sourcePort: DISCARD_PORT, destinationPort: DISCARD_PORT },
      }),
      buildTcp({
        ethernet,
        ip: ip(to, from, REPLY_MARKER),
        tcp: {
          sourcePort: DISCARD_PORT,
          destinationPort: DISCARD_PORT,
          sequence: 1,
          acknowledgement: 1,
          flags: ACK,
          window: 0,
        },
      }),
    ];
  }

  #ends(): { readonly from: Ipv4; readonly to: Ipv4 } {
    const client = this.#plan.nodes.find(({ role }) => role === 'client') ?? this.#plan.nodes[0];
    const server = this.#plan.nodes.find(({ role }) => role === 'server') ?? this.#plan.nodes.at(-1);
    const from = client?.interfaces[0]?.address ?? NO_ADDRESS;
    const to = this.#plan.services[0]?.vip ?? server?.interfaces[0]?.address ?? NO_ADDRESS;
    return { from, to };
  }

  /** Who has not seen one of the frames with these marks. */
  #missing(
    segment: string,
    [, ...others]: readonly Member[],
    markers: readonly number[] = this.#spoken.has(segment) ? [...MARKERS, SPOKEN_MARKER] : MARKERS,
  ): string[] {
    return others
      .filter(({ node }) => markers.some((marker) => !this.#seen.has(key(segment, node, marker))))
      .map(({ node }) => node);
  }

  #blocked({ name, members }: Segment): LabError {
    const { from, to } = this.#ends();
    const [client, server] = [formatIpv4(from), formatIpv4(to)];
    const requests = this.#missing(name, members, [REQUEST_MARKER]).join(', ');
    if (requests !== '')
      return new LabError('frames-blocked', { segment: name, nodes: requests, from: client, to: server });
    const spoken = this.#spoken.has(name) ? this.#missing(name, members, [SPOKEN_MARKER]).join(', ') : '';
    if (spoken !== '') {
      const speaker = formatIpv4(members[0]!.port.address);
      return new LabError('frames-blocked', {
        segment: name,
        nodes: spoken,
        from: speaker,
        to: formatIpv4(GROUP),
      });
    }
    const replies = this.#missing(name, members, [REPLY_MARKER]).join(', ');
    return new LabError('replies-blocked', { segment: name, nodes: replies, from: server, to: client });
  }

  #answered(answer: { readonly address: Ipv4; readonly mac: Mac; readonly segment: string }): LabError {
    return new LabError('address-answered', {
      segment: answer.segment,
      address: formatIpv4(answer.address),
      mac: formatMac(answer.mac),
    });
  }
}

const REQUEST_MARKER = 0x1b1a;
const REPLY_MARKER = 0x1b1b;
const SPOKEN_MARKER = 0x1b1c;
const MARKERS = [REQUEST_MARKER, REPLY_MARKER] as const;
const ACK = 0x10;

function key(segment: string, node: string, marker: number): string {
  return `${segment} ${node} ${marker}`;
}

/** RFC 5227: asks without saying who asks, so that nobody learns anything wrong. */
function probe(mac: Mac, address: Ipv4): Uint8Array {
  return buildArp({
    ethernet: { source: mac, destination: BROADCAST_MAC },
    arp: { operation: REQUEST, senderMac: mac, senderIp: NO_ADDRESS, targetMac: NO_MAC, targetIp: address },
  });
}

/** Of a priority that says that somebody stops: whoever hears it has not been told to listen yet. */
function advertisement({ mac, address }: PlannedInterface): Uint8Array {
  const vrrp = { virtualRouter: 1, priority: STOPS, interval: 100, addresses: [address] };
  return buildVrrp({ source: mac, ip: { source: address, id: SPOKEN_MARKER }, vrrp });
}

function ip(source: Ipv4, destination: Ipv4, id: number): IpFields {
  return { source, destination, id, ttl: 1 };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
