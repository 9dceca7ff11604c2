import { portPools } from '../../forwarder/addresses.ts';
import type { ForwarderConfig } from '../../forwarder/config.ts';
import { MemoryPort } from '../../forwarder/ports/memory.ts';
import type { Decision } from '../../forwarder/verdict.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import { u16 } from '../../packet/bytes.ts';
import type { Clock, Timer, Weight } from './clock.ts';
import type { Link } from './kernel/link.ts';

const NS_PER_MS = 1e6;

/** The forwarder's process on a node: it sees every frame of every interface, and keeps time by the lab's clock. */
export class ForwarderDevice {
  readonly port: MemoryPort;
  readonly #clock: Clock;
  #config: ForwarderConfig;
  #timer: Timer | undefined;
  #dueNs = Infinity;
  #weight: Weight = 'background';

  /** `link` finds the node's interface on a segment; `decide` hears each decision before the frames it made are sent. */
  constructor(
    config: ForwarderConfig,
    clock: Clock,
    link: (segment: string) => Link | undefined,
    decide: (decision: Decision) => void,
  ) {
    this.#config = config;
    this.#clock = clock;
    this.port = new MemoryPort(config, {
      transmit: (port, bytes) => {
        const segment = this.#config.interfaces[port]?.segment;
        if (segment !== undefined) link(segment)?.send(bytes);
      },
      decide,
    });
  }

  receive(segment: string, frame: Uint8Array): void {
    const port = this.#config.interfaces.findIndex((candidate) => candidate.segment === segment);
    if (port === -1) return;
    this.port.deliver(port, frame, this.#nowMs());
    this.#watch();
  }

  reconfigure(config: ForwarderConfig): void {
    this.#config = config;
    this.port.reconfigure(config, this.#nowMs());
    this.#watch();
  }

  /** Its timers stop: the process is paused, or gone. */
  halt(): void {
    this.#timer?.cancel();
    this.#dueNs = Infinity;
  }

  /** Its timers go on; what came due meanwhile is due now. */
  resume(): void {
    this.#watch();
  }

  /**
   * Whether the node's kernel must not see a frame, as an nftables rule would have it: TCP and UDP to an address of the
   * director's own, at a port of the forwarder's pool. The kernel knows no such connection and would reset it.
   */
  hides(frame: Uint8Array): boolean {
    const at = ethernet.HEADER_LENGTH;
    if (ethernet.etherTypeOf(frame, 0) !== ethernet.ETHERTYPE_IPV4) return false;
    if (ipv4.check(frame, at, frame.length)) return false;
    const protocol = ipv4.protocolOf(frame, at);
    if (protocol !== ipv4.PROTOCOL_TCP && protocol !== ipv4.PROTOCOL_UDP) return false;
    // A later fragment has no ports; without the first one the kernel makes nothing of it.
    if (ipv4.fragmentOffsetOf(frame, at) > 0) return false;
    const ports = at + ipv4.headerLengthOf(frame, at);
    if (ports + 4 > frame.length) return false;
    const [destination, port] = [ipv4.destinationOf(frame, at), u16(frame, ports + 2)];
    return portPools(this.#config).some(
      (pool) => pool.address === destination && pool.ports.first <= port && port <= pool.ports.last,
    );
  }

  #nowMs(): number {
    return this.#clock.now() / NS_PER_MS;
  }

  /**
   * Wakes the forwarder when it asks for it. In the background, unless packets wait for a neighbour: what else it does by
   * itself is forgetting, and a run has settled without that.
   */
  #watch(): void {
    const next = this.port.nextTimer();
    if (next === undefined) {
      this.halt();
      return;
    }
    // Rounded up: a forwarder woken too early would ask for the same moment again, without end.
    const dueNs = Math.max(this.#clock.now() + 1, Math.ceil(next * NS_PER_MS) + 1);
    const weight = this.port.forwarder.holds ? 'matters' : 'background';
    if (dueNs >= this.#dueNs && weight === this.#weight) return;
    this.#timer?.cancel();
    this.#dueNs = Math.min(dueNs, this.#dueNs);
    this.#weight = weight;
    this.#timer = this.#clock.after(this.#dueNs - this.#clock.now(), () => this.#wake(), weight);
  }

  #wake(): void {
    this.#dueNs = Infinity;
    this.port.advance(this.#nowMs());
    this.#watch();
  }
}
