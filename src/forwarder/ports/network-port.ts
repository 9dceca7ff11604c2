import type { Frame } from '../frame.ts';

export type PortName = 'packet' | 'cap';

export interface NetworkPortProblem {
  /** `gone`: the interface was there and is not any more; the port hears and sends nothing on it from now on. */
  readonly code: 'no-such-device' | 'not-permitted' | 'unsupported' | 'gone' | 'system';
  readonly device: string;
  /** What the system said, for people who know it. */
  readonly detail: string;
}

export interface NetworkPortEvents {
  /**
   * The first `count` of these frames came in together and follow: a moment to read the clock once for all of them, and to
   * look at them, but not to change them.
   */
  begin?(frames: readonly Frame[], count: number): void;
  /**
   * A frame came in by `frame.port`, headroom before it. It is the port's own and may be rewritten in place; it is good
   * until this returns, but when it was given to `transmit` it must stay as it is until `end`. The time is
   * CLOCK_REALTIME, from the kernel where the port knows it. Nobody but the node's own interface was asked: frames
   * for other machines come too, those that this node sends never do.
   */
  receive(frame: Frame, seconds: number, nanoseconds: number): void;
  /** The frames announced by `begin` were all given; what was transmitted meanwhile has been sent. */
  end?(): void;
  problem(problem: NetworkPortProblem): void;
}

/** Frames since the start, per interface. `undefined`: the port cannot know. */
export interface InterfaceCounts {
  readonly device: string;
  readonly received: number;
  readonly transmitted: number;
  /** Frames that the kernel could not keep for us because we were too slow. */
  readonly missed: number | undefined;
  /** Frames longer than a slot; they are not given to `receive`. */
  readonly oversized: number;
  /** Frames that the kernel did not take: the interface was down, or its queue full. */
  readonly refused: number;
}

/** Raw frames of some interfaces of this network namespace. The index of a device is the number of its port. */
export interface NetworkPort {
  readonly name: PortName;
  /** Sends the frame by `frame.port`: at the end of the batch inside `receive`, else with the next `flush`. */
  transmit(frame: Frame): void;
  flush(): void;
  counts(): InterfaceCounts[];
  /** CLOCK_REALTIME in nanoseconds. */
  realtime(): bigint;
  close(): void;
}

export interface NetworkPortOptions {
  readonly devices: readonly string[];
  /** The longest frame that must fit, Ethernet header included; what fits anyway is at least 1900 bytes. */
  readonly longestFrame?: number;
}

/** How a port is opened; a problem is returned, and then nothing is left open. */
export type OpenNetworkPort = (
  options: NetworkPortOptions,
  events: NetworkPortEvents,
) => NetworkPort | NetworkPortProblem;

export function isProblem(opened: NetworkPort | NetworkPortProblem): opened is NetworkPortProblem {
  return 'code' in opened;
}
