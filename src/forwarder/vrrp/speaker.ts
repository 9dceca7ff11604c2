import type { Ipv4 } from '../../packet/address.ts';
import type { ForwarderConfig, ForwarderInterface } from '../config.ts';
import { advertisementFrame, gratuitousArpFrame, readAdvertisement } from './frames.ts';
import {
  INITIAL,
  nextDeadline,
  step,
  type VirtualRouterConfig,
  type VirtualRouterInput,
  type VirtualRouterState,
} from './virtual-router.ts';

/** A virtual router of one node, on its ports. Plain data, as all of a forwarder's configuration. */
export interface RedundancyConfig extends Omit<VirtualRouterConfig, 'primary' | 'addresses'> {
  /** Where it is spoken, from that port's own address. */
  readonly port: number;
  /** What moves together, each with the port at whose segment it is: the one that it is announced by. */
  readonly addresses: readonly { readonly address: Ipv4; readonly port: number }[];
}

export interface SpeakerEvents {
  /** The frame is the hearer's own. */
  send(port: number, frame: Uint8Array): void;
  /** The addresses are this node's from now on, or no longer. */
  hold(held: boolean): void;
}

/** Speaks for a virtual router: frames in and out, the state machine between them. Times are milliseconds of one clock. */
export class Speaker {
  #config: RedundancyConfig;
  #router: VirtualRouterConfig;
  #interfaces: readonly ForwarderInterface[];
  #state: VirtualRouterState = INITIAL;
  #identification = 0;
  readonly #events: SpeakerEvents;

  constructor(config: RedundancyConfig, interfaces: readonly ForwarderInterface[], events: SpeakerEvents) {
    this.#config = config;
    this.#interfaces = interfaces;
    this.#router = routerOf(config, interfaces);
    this.#events = events;
  }

  get state(): VirtualRouterState['is'] {
    return this.#state.is;
  }

  /** Other settings; the state is kept. What was waited for is still waited for as before. */
  configure(config: RedundancyConfig, interfaces: readonly ForwarderInterface[]): void {
    this.#config = config;
    this.#interfaces = interfaces;
    this.#router = routerOf(config, interfaces);
  }

  start(now: number): void {
    this.#give({ on: 'start' }, now);
  }

  /** On purpose: the others are told. */
  stop(now: number): void {
    this.#give({ on: 'stop' }, now);
  }

  /** The port that it speaks by lost its carrier, or has it again. */
  carrier(isUp: boolean, now: number): void {
    this.#give({ on: isUp ? 'interface-up' : 'interface-down' }, now);
  }

  /** Whether the frame `[start, end)` was an advertisement of its group. */
  receive(port: number, bytes: Uint8Array, start: number, end: number, now: number): boolean {
    if (port !== this.#config.port) return false;
    const advertisement = readAdvertisement(bytes, start, end);
    if (advertisement?.id !== this.#router.id) return false;
    this.#give({ on: 'heard', heard: advertisement.heard }, now);
    return true;
  }

  /** Does what is due by now. */
  advance(now: number): void {
    if (this.nextTimer() <= now) this.#give({ on: 'time' }, now);
  }

  /** When to call `advance` next; Infinity when there is nothing to wait for. */
  nextTimer(): number {
    return nextDeadline(this.#state);
  }

  #give(input: VirtualRouterInput, now: number): void {
    const { state, actions } = step(this.#router, this.#state, input, now);
    this.#state = state;
    for (const action of actions) {
      switch (action.do) {
        case 'advertise':
          this.#advertise(action.priority);
          break;
        case 'take':
        case 'release':
          this.#events.hold(action.do === 'take');
          break;
        case 'announce':
          this.#announce(action.times);
          break;
      }
    }
  }

  #advertise(priority: number): void {
    const { port } = this.#config;
    const { mac } = this.#interfaces[port]!;
    this.#identification = (this.#identification + 1) & 0xffff;
    this.#events.send(port, advertisementFrame(this.#router, priority, mac, this.#identification));
  }

  #announce(times: number): void {
    for (const { address, port } of this.#config.addresses)
      for (let i = 0; i < times; i++)
        this.#events.send(port, gratuitousArpFrame(address, this.#interfaces[port]!.mac));
  }
}

/**
 * The speaker that a forwarder has by its configuration: the one that it had goes on with other settings, a new one begins,
 * and a forwarder that is the only one from now on has none.
 */
export function speakerFor(
  { redundancy, interfaces }: Pick<ForwarderConfig, 'redundancy' | 'interfaces'>,
  before: Speaker | undefined,
  events: SpeakerEvents,
  now: number,
): Speaker | undefined {
  if (!redundancy) {
    // Should it have others again, it begins as their backup.
    events.hold(false);
    return undefined;
  }
  if (before) {
    before.configure(redundancy, interfaces);
    return before;
  }
  const speaker = new Speaker(redundancy, interfaces, events);
  speaker.start(now);
  return speaker;
}

function routerOf(config: RedundancyConfig, interfaces: readonly ForwarderInterface[]): VirtualRouterConfig {
  return {
    ...config,
    primary: interfaces[config.port]!.address,
    addresses: config.addresses.map(({ address }) => address),
  };
}
