import type { Ipv4, Mac } from '../../packet/address.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import type { LabEvent } from '../events.ts';
import type { PlannedInterface } from '../topology/plan.ts';
import type { Clock } from './clock.ts';
import type { Link } from './kernel/link.ts';
import type { Random } from './random.ts';
import { headersOf } from './kernel/told.ts';
import type { HostEvent, HostReason } from '../events.ts';
import { frameHash } from '../../packet/hash.ts';
import type { Segment, SegmentPort } from './segment.ts';

/** What a node takes to look at a frame and act on it, so that cause and effect have different times. */
const PROCESSING = 10_000;

const PROTOCOLS = {
  icmp: ipv4.PROTOCOL_ICMP,
  tcp: ipv4.PROTOCOL_TCP,
  udp: ipv4.PROTOCOL_UDP,
  ipip: ipv4.PROTOCOL_IPIP,
  vrrp: ipv4.PROTOCOL_VRRP,
};

/** One node's interface on a segment, and its capture point: every frame that crosses it is an event. */
export class NetworkInterface implements Link, SegmentPort {
  readonly node: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #emit: (event: LabEvent) => void;
  readonly #segment: Segment;
  readonly #receive: (from: NetworkInterface, frame: Uint8Array) => void;
  #planned: PlannedInterface;
  #attached = true;

  constructor(
    node: string,
    planned: PlannedInterface,
    segment: Segment,
    environment: { readonly clock: Clock; readonly random: Random; readonly emit: (event: LabEvent) => void },
    receive: (from: NetworkInterface, frame: Uint8Array) => void,
  ) {
    this.node = node;
    this.#planned = planned;
    this.#segment = segment;
    this.#clock = environment.clock;
    this.#random = environment.random;
    this.#emit = environment.emit;
    this.#receive = receive;
    segment.attach(this);
  }

  get name(): string {
    return this.#planned.segment;
  }
  get address(): Ipv4 {
    return this.#planned.address;
  }
  get prefixLength(): number {
    return this.#planned.prefixLength;
  }
  get mac(): Mac {
    return this.#planned.mac;
  }
  get mtu(): number {
    return this.#planned.mtu;
  }
  get delayNs(): number {
    return this.#planned.delayNs;
  }
  get down(): boolean {
    return this.#planned.down || !this.#attached;
  }

  /** Takes changed settings over; frames on their way go on. */
  configure(planned: PlannedInterface): void {
    if (planned.mac !== this.#planned.mac || planned.down) this.#segment.forget(this);
    this.#planned = planned;
  }

  /** Captures the frame, then loses it or gives it to the segment. */
  send(frame: Uint8Array): void {
    if (this.down) {
      this.#tell('interface-down', frame);
      return;
    }
    this.#capture('out', frame);
    if (this.#planned.loss > 0 && this.#random.share() < this.#planned.loss) {
      this.#tell('link-loss', frame);
      return;
    }
    this.#segment.transmit(this, frame);
  }

  /** Captures whatever reaches the interface, also what was only flooded, as a promiscuous tcpdump would. */
  arrive(frame: Uint8Array): void {
    this.#capture('in', frame);
    if (this.#isDropped(frame)) {
      this.#tell('filtered', frame);
      return;
    }
    this.#clock.after(PROCESSING, () => {
      if (!this.down) this.#receive(this, frame);
    });
  }

  /** The frame was on its way here and cannot come in. */
  miss(frame: Uint8Array, reason: 'interface-down' | 'over-mtu'): void {
    if (this.#attached && ethernet.destinationOf(frame, 0) === this.mac) this.#tell(reason, frame);
  }

  /** Before it is detached: what it has sent is not lost by that. */
  leave(): void {
    this.#segment.leave(this);
  }

  detach(): void {
    this.#attached = false;
    this.#segment.detach(this);
  }

  #tell(reason: HostReason, frame: Uint8Array): void {
    const isIp = ethernet.etherTypeOf(frame, 0) === ethernet.ETHERTYPE_IPV4;
    const packet = isIp && !ipv4.checkHeader(frame, ethernet.HEADER_LENGTH, frame.length);
    this.#emit({
      kind: 'host',
      timeNs: this.#clock.now(),
      node: this.node,
      segment: this.#planned.segment,
      reason,
      ...(packet && hostPacket(frame)),
      frameHash: frameHash(frame, 0, frame.length),
    });
  }

  #capture(direction: 'in' | 'out', frame: Uint8Array): void {
    this.#emit({
      kind: 'frame',
      timeNs: this.#clock.now(),
      node: this.node,
      segment: this.#planned.segment,
      direction,
      bytes: frame.slice(),
      originalLength: frame.length,
    });
  }

  /** Like an nftables rule at ingress: the capture has the frame, the node does not. */
  #isDropped(frame: Uint8Array): boolean {
    const { drop } = this.#planned;
    if (drop.length === 0 || ethernet.etherTypeOf(frame, 0) !== ethernet.ETHERTYPE_IPV4) return false;
    const at = ethernet.HEADER_LENGTH;
    if (ipv4.checkHeader(frame, at, frame.length)) return false;
    const protocol = ipv4.protocolOf(frame, at);
    return drop.some((name) => PROTOCOLS[name] === protocol);
  }
}

function hostPacket(frame: Uint8Array): Pick<HostEvent, 'packet'> {
  const packet = headersOf(frame, ethernet.HEADER_LENGTH);
  return packet ? { packet } : {};
}
