import { speakerFor, type Speaker } from '../../forwarder/vrrp/speaker.ts';
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
  readonly #link: (segment: string) => Link | undefined;
  #config: ForwarderConfig;
  #speaker: Speaker | undefined;
  #timer: Timer | undefined;
  #dueNs = Infinity;
  #weight: Weight = 'background';
  #halted = false;

  /** `link` finds the node's interface on a segment; `decide` hears each decision before the frames it made are sent. */
  constructor(
    config: ForwarderConfig,
    clock: Clock,
    link: (segment: string) => Link | undefined,
    decide: (decision: Decision) => void,
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#link = link;
    this.port = new MemoryPort(config, { transmit: (port, bytes) => this.#send(port, bytes), decide });
    this.#speak();
  }

  receive(segment: string, frame: Uint8Array): void {
    const port = this.#config.interfaces.findIndex((candidate) => candidate.segment === segment);
    if (port === -1) return;
    const isAdvertisement = this.#speaker?.receive(port, frame, 0, frame.length, this.#nowMs());
    if (!isAdvertisement) this.port.deliver(port, frame, this.#nowMs());
    this.#watch();
  }

  reconfigure(config: ForwarderConfig): void {
    this.#config = config;
    this.port.reconfigure(config, this.#nowMs());
    this.#speak();
    this.#watch();
  }

  /** Whether somebody is to be told when it stops. */
  get speaks(): boolean {
    return this.#speaker !== undefined;
  }

  /** The process is told to stop, and says so itself. */
  leave(): void {
    this.#speaker?.stop(this.#nowMs());
  }

  /** An interface of the node may have gone down or come up. */
  lookAtCarrier(): void {
    this.#tellCarrier();
    this.#watch();
  }

  /** Its timers stop: the process is paused, or gone. */
  halt(): void {
    this.#halted = true;
    this.#sleep();
  }

  /** Its timers go on; what came due meanwhile is due now. */
  resume(): void {
    this.#halted = false;
    this.lookAtCarrier();
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

  #send(port: number, bytes: Uint8Array): void {
    const segment = this.#config.interfaces[port]?.segment;
    if (segment !== undefined) this.#link(segment)?.send(bytes);
  }

  #speak(): void {
    const events = {
      send: (port: number, frame: Uint8Array) => this.#send(port, frame),
      hold: (held: boolean) => this.port.forwarder.hold(held),
    };
    this.#speaker = speakerFor(this.#config, this.#speaker, events, this.#nowMs());
    this.#tellCarrier();
    this.#watch();
  }

  /** A paused process learns of it when it goes on. */
  #tellCarrier(): void {
    if (this.#halted) return;
    const { redundancy, interfaces } = this.#config;
    const segment = redundancy && interfaces[redundancy.port]?.segment;
    if (segment === undefined) return;
    this.#speaker?.carrier(this.#link(segment)?.down === false, this.#nowMs());
  }

  #nowMs(): number {
    return this.#clock.now() / NS_PER_MS;
  }

  /**
   * Wakes the forwarder when it asks for it. In the background, unless packets wait for a neighbour: what else it does by
   * itself is forgetting, and a run has settled without that.
   */
  #watch(): void {
    if (this.#halted) return;
    const next = Math.min(this.port.nextTimer() ?? Infinity, this.#speaker?.nextTimer() ?? Infinity);
    if (next === Infinity) {
      this.#sleep();
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

  #sleep(): void {
    this.#timer?.cancel();
    this.#dueNs = Infinity;
  }

  #wake(): void {
    this.#dueNs = Infinity;
    this.#speaker?.advance(this.#nowMs());
    this.port.advance(this.#nowMs());
    this.#watch();
  }
}
