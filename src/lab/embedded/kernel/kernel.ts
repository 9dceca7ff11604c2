import { BROADCAST_MAC, type Ipv4 } from '../../../packet/address.ts';
import { u16, u32 } from '../../../packet/bytes.ts';
import * as ethernet from '../../../packet/ethernet.ts';
import * as icmpHeader from '../../../packet/icmp.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import type { HostReason } from '../../events.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { TcpStack } from '../tcp/stack.ts';
import { arpArrives, askFor } from './arp.ts';
import { Reassembly } from './fragments.ts';
import { Icmp, type QuotedPacket } from './icmp.ts';
import { forward } from './ip-forward.ts';
import { IpOutput, packetOf } from './ip-output.ts';
import { TUNNEL, type Link } from './link.ts';
import { Neighbours } from './neighbours.ts';
import { readPacket, type Packet } from './packet.ts';
import { Pings } from './pings.ts';
import { isLocal, type KernelSettings } from './settings.ts';
import { sourceFault } from './source-filter.ts';
import { readSegment, sendSegment } from './tcp-wire.ts';
import { headersOf, type Tell } from './told.ts';
import { UdpPorts } from './udp-ports.ts';

const AT = ethernet.HEADER_LENGTH;

/** The network stack of one node: Linux's way with ARP, IPv4, ICMP, UDP and TCP, as far as these labs need it. */
export class Kernel {
  readonly neighbours: Neighbours;
  readonly output: IpOutput;
  readonly tcp: TcpStack;
  readonly udp: UdpPorts;
  readonly pings: Pings;
  readonly #icmp: Icmp;
  readonly #reassembly: Reassembly;
  readonly #clock: Clock;
  readonly #tell: Tell;
  /** The frame that is being looked at. */
  #frame: Uint8Array | undefined;
  #settings: KernelSettings;

  /** @param tell Hears of each packet that goes no further. */
  constructor(clock: Clock, random: Random, settings: KernelSettings, tell: Tell = () => undefined) {
    this.#tell = tell;
    this.#clock = clock;
    this.#settings = settings;
    const current = () => this.#settings;
    this.neighbours = new Neighbours(
      clock,
      (link, address, mac, waiting) => askFor(this.#settings, link, address, mac, waiting),
      (frame, link, nextHop, reason) => {
        this.#tell({ reason, link, nextHop, packet: headersOf(frame, AT) });
        if (reason === 'neighbour-unreachable') this.#neighbourFailed(frame);
      },
    );
    this.output = new IpOutput(
      clock,
      random.next(),
      current,
      this.neighbours,
      (frame) => this.#loop(frame),
      tell,
    );
    this.pings = new Pings(this.output);
    this.#icmp = new Icmp(
      current,
      this.output,
      (quoted) => this.#errorArrives(quoted),
      (packet) => this.pings.arrives(packet),
    );
    this.#reassembly = new Reassembly(clock);
    this.tcp = new TcpStack(clock, random, {
      transmit: (segment, stateless) => {
        if (!sendSegment(this.output, segment, stateless)) this.#noRoute(segment);
      },
      maximumSegment: (remote) => this.output.maximumSegment(remote),
      progressed: (remote) => this.output.confirm(remote),
    });
    this.udp = new UdpPorts(this.output, 40000 + random.below(1000));
  }

  get settings(): KernelSettings {
    return this.#settings;
  }

  configure(settings: KernelSettings): void {
    for (const link of this.#settings.links) {
      if (!settings.links.includes(link)) this.neighbours.forgetLink(link);
    }
    this.#settings = settings;
  }

  /** A frame came in by `link`; those for other MACs are not for this node. */
  receive(link: Link, frame: Uint8Array): void {
    if (ethernet.check(frame, 0, frame.length)) return;
    const destination = ethernet.destinationOf(frame, 0);
    const broadcast = destination === BROADCAST_MAC;
    if (!broadcast && destination !== link.mac) return;
    switch (ethernet.etherTypeOf(frame, 0)) {
      case ethernet.ETHERTYPE_ARP:
        arpArrives(this.#settings, this.neighbours, link, frame);
        break;
      case ethernet.ETHERTYPE_IPV4:
        this.#frame = frame;
        this.#ipArrives(link, frame, AT, broadcast);
        this.#frame = undefined;
        break;
    }
  }

  /** Timers stop and connections vanish without a word. */
  halt(): void {
    this.tcp.halt();
    for (const link of this.#settings.links) this.neighbours.forgetLink(link);
  }

  #ipArrives(link: Link, bytes: Uint8Array, at: number, broadcast: boolean): void {
    const packet = readPacket(link, bytes, at, broadcast);
    if (!packet) return;
    const fault = sourceFault(this.#settings, link, packet.source);
    const drop = (reason: HostReason) => this.#drop(packet, reason);
    if (fault) drop(fault);
    else if (isLocal(this.#settings, packet.destination)) this.#deliver(packet);
    else forward(this.#settings, this.neighbours, this.#icmp, packet, drop);
  }

  #drop(packet: Packet, reason: HostReason): void {
    const frame = this.#frame;
    this.#tell({
      reason,
      link: packet.link,
      packet: headersOf(packet.bytes, packet.at),
      ...(frame && { frame }),
    });
  }

  #deliver(packet: Packet): void {
    if (ipv4.isFragment(packet.bytes, packet.at)) {
      const whole = this.#reassembly.add(packet.bytes, packet.at, packet.end);
      const rebuilt = whole && readPacket(packet.link, whole, AT, packet.broadcast);
      if (rebuilt) this.#deliver(rebuilt);
      return;
    }
    switch (packet.protocol) {
      case ipv4.PROTOCOL_ICMP:
        this.#icmp.arrives(packet);
        return;
      case ipv4.PROTOCOL_TCP: {
        const segment = packet.broadcast ? undefined : readSegment(packet);
        if (segment) this.tcp.receive(segment);
        return;
      }
      case ipv4.PROTOCOL_UDP:
        if (this.udp.arrives(packet)) return;
        this.#drop(packet, 'port-unreachable');
        this.#refuse(packet, icmpHeader.PORT_UNREACHABLE);
        return;
      case ipv4.PROTOCOL_IPIP:
        if (!this.#settings.decapsulate) break;
        this.#ipArrives(TUNNEL, packet.bytes.subarray(0, packet.end), packet.payloadAt, false);
        return;
    }
    this.#drop(packet, packet.protocol === ipv4.PROTOCOL_IPIP ? 'no-decapsulator' : 'protocol-unreachable');
    this.#refuse(packet, icmpHeader.PROTOCOL_UNREACHABLE);
  }

  #refuse(packet: Packet, code: number): void {
    this.#icmp.send(packet, icmpHeader.DESTINATION_UNREACHABLE, code);
  }

  /** A packet to one of the node's own addresses never leaves it. */
  #loop(frame: Uint8Array): void {
    this.#clock.after(0, () => {
      const packet = readPacket(TUNNEL, frame, AT, false);
      if (packet?.protocol === ipv4.PROTOCOL_TCP && !this.tcp.takes(u16(packet.bytes, packet.payloadAt + 2)))
        this.#drop(packet, 'port-unreachable');
      if (packet) this.#deliver(packet);
    });
  }

  /** Nobody answered ARP for this packet's next hop: its sender is told, by ICMP or, when it is this node, directly. */
  #neighbourFailed(frame: Uint8Array): void {
    const packet = readPacket(TUNNEL, frame, AT, false);
    if (!packet) return;
    if (!isLocal(this.#settings, packet.source)) {
      this.#refuse(packet, icmpHeader.HOST_UNREACHABLE);
      return;
    }
    const bytes = packetOf(frame);
    const failed: QuotedPacket = {
      type: icmpHeader.DESTINATION_UNREACHABLE,
      code: icmpHeader.HOST_UNREACHABLE,
      mtu: 0,
      source: packet.source,
      destination: packet.destination,
      protocol: packet.protocol,
      totalLength: bytes.length,
      bytes,
      payloadAt: packet.payloadAt - AT,
      from: packet.source,
      ttl: 0,
    };
    this.#errorArrives(failed);
  }

  #noRoute(segment: {
    source: Ipv4;
    sourcePort: number;
    destination: Ipv4;
    destinationPort: number;
    sequence: number;
  }): void {
    const endpoints = {
      local: segment.source,
      localPort: segment.sourcePort,
      remote: segment.destination,
      remotePort: segment.destinationPort,
    };
    this.tcp.unreachable(endpoints, segment.sequence);
  }

  #errorArrives(quoted: QuotedPacket): void {
    const { bytes, payloadAt } = quoted;
    const tooBig =
      quoted.type === icmpHeader.DESTINATION_UNREACHABLE && quoted.code === icmpHeader.FRAGMENTATION_NEEDED;
    if (bytes.length < payloadAt + 8 || !isLocal(this.#settings, quoted.source)) return;
    // An error about the path's width that the packet fits is a lie, or old.
    if (tooBig && (quoted.mtu === 0 || quoted.totalLength <= quoted.mtu)) return;
    if (tooBig) this.output.paths.narrowed(quoted.destination, quoted.mtu);
    const localPort = u16(bytes, payloadAt);
    if (quoted.protocol === ipv4.PROTOCOL_UDP && !tooBig)
      this.udp.failed(localPort, isRefusal(quoted) ? 'refused' : 'unreachable');
    if (quoted.protocol === ipv4.PROTOCOL_ICMP && !tooBig)
      this.pings.refused(icmpHeader.identifierOf(bytes, payloadAt), quoted);
    if (quoted.protocol !== ipv4.PROTOCOL_TCP) return;
    const endpoints = {
      local: quoted.source,
      localPort,
      remote: quoted.destination,
      remotePort: u16(bytes, payloadAt + 2),
    };
    const sequence = u32(bytes, payloadAt + 4);
    if (tooBig) this.tcp.tooBig(endpoints, sequence);
    else if (quoted.type === icmpHeader.DESTINATION_UNREACHABLE) this.tcp.unreachable(endpoints, sequence);
  }
}

/** Protocol or port unreachable, or prohibited: somebody is there and will not have it. */
function isRefusal({ type, code }: QuotedPacket): boolean {
  return type === icmpHeader.DESTINATION_UNREACHABLE && (code === 2 || code === 3 || code > 8);
}
