import type { HealthChange } from '../forwarder/health/watch.ts';
import type { Decision } from '../forwarder/verdict.ts';
import type { Ipv4 } from '../packet/address.ts';
import type { Plan, PlanChange, PlannedTraffic } from './topology/plan.ts';
import type { StaleNeighbour } from './topology/stale-neighbours.ts';
import type { LoadResult } from './traffic/load-result.ts';

/**
 * What an engine emits, and all it emits: whoever watches (panel, command line, tests, recorder) sees this one stream.
 * Times are nanoseconds since the engine's `startedAt`, on one clock for all nodes. Events come in time order.
 */

/** A frame seen at a capture point: one node's interface, `NODE.SEGMENT` in an exported pcapng. The n-th frame event of a run (from 1) is record n of its pcapng. */
export interface FrameEvent {
  readonly kind: 'frame';
  readonly timeNs: number;
  readonly node: string;
  readonly segment: string;
  /** `out` when the node sent it. */
  readonly direction: 'in' | 'out';
  /** At most the snap length; owned by the receiver of the event, never reused. */
  readonly bytes: Uint8Array;
  readonly originalLength: number;
}

/** What the forwarder did, with the node it runs on. */
export interface DecisionEvent extends Decision {
  readonly kind: 'decision';
  readonly timeNs: number;
  readonly node: string;
}

export interface NodeEvent {
  readonly kind: 'node';
  readonly timeNs: number;
  readonly node: string;
  readonly state: 'starting' | 'running' | 'paused' | 'stopped' | 'failed';
  /** A reason code, when the state needs one. */
  readonly reason?: string;
}

/** A changed plan was applied: a new epoch begins. Epoch 0 begins with the first plan, which is an event too. */
export interface PlanEvent {
  readonly kind: 'plan';
  readonly timeNs: number;
  readonly epoch: number;
  readonly plan: Plan;
  /** What changed, from `diff`; empty for epoch 0. */
  readonly changes: readonly PlanChange[];
  /** What neighbours knew and the change made untrue: nobody knows it any more. */
  readonly forgotten?: readonly StaleNeighbour[];
  /** How long applying took. */
  readonly durationNs: number;
  /** The event of the file that made it so, in the file's words: it happened by itself. Left out, somebody applied it. */
  readonly by?: string;
  /** What `Engine.apply` was given. */
  readonly cause?: number;
}

/** Frames a capture point did not record since the last such event. */
export interface LossEvent {
  readonly kind: 'loss';
  readonly timeNs: number;
  readonly node: string;
  readonly segment: string;
  readonly frames: number;
  /**
   * `budget`: on purpose, in a flood (see `CaptureEvent`). Otherwise by accident: the kernel's buffer was full, or the
   * reader was too slow.
   */
  readonly reason?: 'kernel' | 'reader' | 'budget';
}

/**
 * How much a capture point records from now on. Past its packet budget it falls back to `headers` (long frames are cut)
 * and then to `counters` (frames are counted, as losses by `budget`), and returns to whole `frames` when the flood is
 * over. It begins with `frames`, which is not told.
 */
export interface CaptureEvent {
  readonly kind: 'capture';
  readonly timeNs: number;
  readonly node: string;
  readonly segment: string;
  readonly detail: CaptureDetail;
}

export type CaptureDetail = 'frames' | 'headers' | 'counters';

/** Decisions that were not told since the last such event: of frames that no capture holds whole, or to a slow reader. */
export interface DecisionLossEvent {
  readonly kind: 'decision-loss';
  readonly timeNs: number;
  readonly node: string;
  readonly decisions: number;
}

/**
 * A request that somebody asked for, at its beginning and at its end, as the client that made it tells. It is the unit of
 * truth about what was asked: frames show how it went, the client knows whether it got its answer. A load is one request.
 */
export interface RequestEvent {
  readonly kind: 'request';
  readonly timeNs: number;
  /** Counts from 1 in each run, in the order of asking; the two events of one request share it. */
  readonly id: number;
  /** What its datagram carries as its number; the `id` when left out. */
  readonly number?: number;
  /** So many alike, of which none was sent: what was left of an entry when the run ended. One when left out. */
  readonly times?: number;
  /** Who asks. */
  readonly node: string;
  readonly entry: PlannedTraffic;
  /** `file`: planned traffic; `hand`: *Send request*. */
  readonly by: 'file' | 'hand';
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** The port it is sent from, or the echo identifier; absent where the client cannot tell, or only at the end. */
  readonly sourcePort?: number;
  /** Absent at the beginning. */
  readonly end?: RequestEnd;
}

export interface RequestEnd {
  /**
   * `answered`: every byte of the answer. `partial`: some of it. `refused`: a reset or an ICMP error. `timed-out`: nothing
   * within the client's time. `unreachable`: there is no way (no route, no neighbour, or ICMP said so). `unsent`: it was
   * never sent, for `reason`. `untold`: it was asked for, and nobody told how it ended, for `reason`. `cut`: the run ended
   * while it was under way. A load is `answered` when all of its requests were, and `partial` when some were.
   */
  readonly outcome:
    'answered' | 'partial' | 'refused' | 'timed-out' | 'unreachable' | 'unsent' | 'untold' | 'cut';
  /**
   * Why it was not sent: `cut` is that the run ended first, `no-client` that the program that asks cannot be run. Why its
   * end was not told: `client-gone` is that the client, or the way to it, was gone first; `client-silent` that it did not say.
   */
  readonly reason?:
    'port-in-use' | 'node-stopped' | 'node-paused' | 'no-client' | 'cut' | 'client-gone' | 'client-silent';
  /** Bytes of the answer's body that the client got; and how many the answer said it has, where it said so. */
  readonly bytes?: number;
  readonly ofBytes?: number;
  /** What a load came to. */
  readonly load?: LoadResult;
}

/**
 * What a node's own kernel did with a packet that became no frame, or whose frame tells nobody why it went no further: no
 * route, nobody answered ARP for the next hop, a filter, a full queue, no listener, the reverse-path filter. Engines tell
 * what they know; where an engine cannot know, there is no event. On Docker only a client's own kernel is asked, when its
 * request came to nothing.
 */
export interface HostEvent {
  readonly kind: 'host';
  readonly timeNs: number;
  readonly node: string;
  /** The interface, by its segment, where there is one. */
  readonly segment?: string;
  readonly reason: HostReason;
  /** The packet, where there was one. Addresses as 32-bit numbers; ports absent where it has none. */
  readonly packet?: {
    readonly source: Ipv4;
    readonly destination: Ipv4;
    readonly protocol: number;
    readonly sourcePort?: number;
    readonly destinationPort?: number;
  };
  /** The next hop that was looked for, or the address that was asked for. */
  readonly nextHop?: Ipv4;
  /** `frameHash` of the frame it is about, as decisions have it: one that came in, or one that was lost on its way here or out. */
  readonly frameHash?: number;
}

/**
 * By its checks a director takes a server for down, or for up again: what it concluded, with the probe that decided it. The
 * probe itself is frames.
 */
export interface HealthEvent extends HealthChange {
  readonly kind: 'health';
  readonly timeNs: number;
  /** The director. */
  readonly node: string;
  /** When the probe began, from where, and whom it asked. Of a ping the port is its identifier; absent when none was had. */
  readonly probedNs: number;
  readonly sourcePort?: number;
  readonly address: Ipv4;
}

/** Nothing was due for so long that the lab did not wait for it: `durationNs` until now were passed over. In memory only. */
export interface SkipEvent {
  readonly kind: 'skip';
  readonly timeNs: number;
  readonly durationNs: number;
}
/**
 * On the way out: `link-loss`, `interface-down`, `no-route`, `neighbour-unreachable` (`nextHop` was asked for),
 * `neighbour-queue-full`. On the way in: `over-mtu` and `interface-down` (it never came in), `filtered`,
 * `reverse-path-filter`, `martian-source` (it claims to come from an address of the node's own), `not-local` (for somebody
 * else, and the node does not forward), `no-decapsulator`, `protocol-unreachable`, `port-unreachable` (nobody listens).
 */
export type HostReason =
  | 'link-loss'
  | 'interface-down'
  | 'no-route'
  | 'neighbour-unreachable'
  | 'neighbour-queue-full'
  | 'over-mtu'
  | 'filtered'
  | 'reverse-path-filter'
  | 'martian-source'
  | 'not-local'
  | 'no-decapsulator'
  | 'protocol-unreachable'
  | 'port-unreachable';

export type LabEvent =
  | FrameEvent
  | DecisionEvent
  | NodeEvent
  | PlanEvent
  | LossEvent
  | CaptureEvent
  | DecisionLossEvent
  | RequestEvent
  | SkipEvent
  | HealthEvent
  | HostEvent;
