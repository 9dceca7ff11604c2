import type { ModelName } from '../models/models.ts';
import type { FieldChange } from '../packet/layers.ts';

/** What the journeys module hands to everyone who shows a lab: the JSON of `lb-lab run --json`, see docs/json.md. */
export interface Report {
  readonly model: ModelName;
  readonly engine: 'embedded' | 'docker' | 'capture';
  /** ISO time with nine decimals. Every `timeNs` is nanoseconds since then. */
  readonly startedAt: string;
  readonly epochs: readonly Epoch[];
  /** Everything that was asked for. Empty for a capture: nobody there says what was asked. */
  readonly requests: readonly Request[];
  /** With these, everything that was asked for is counted: `totalsOf`. */
  readonly evictedRequests: readonly EvictedRequests[];
  readonly flows: readonly Flow[];
  readonly journeys: readonly Journey[];
  readonly promises: readonly PromiseVerdict[];
  readonly explanations: readonly Explanation[];
  readonly loads: readonly Load[];
  /** When a capture point fell back past its packet budget, and when it returned. */
  readonly captures: readonly CaptureChange[];
  /** Idle stretches that a live run in memory passed over. */
  readonly skips: readonly Skip[];
  readonly counters: Counters;
}

/** Something that was asked for, once, as the client that asked tells; how it went, its flows show. A load is one. */
export interface Request {
  /** Counts from 1, in the order of asking. */
  readonly id: number;
  /** So many alike, of which none was sent; one when left out. */
  readonly times?: number;
  /** The client's node, and whom it asked. */
  readonly client: string;
  readonly address: string;
  /** Absent for a ping. */
  readonly port?: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** `file`: planned traffic; `hand`: *Send request*. */
  readonly by: 'file' | 'hand';
  /** `GET /`; empty for a ping. */
  readonly request: string;
  readonly askedNs: number;
  /** Its first packet, where one was seen. */
  readonly sentNs?: number;
  /** Absent while it is under way. */
  readonly endNs?: number;
  /**
   * `answered`: the client has every byte of the answer. `open`: it was under way when the recording ended. `lost`: no answer
   * within the client's time, or no way, or nobody told how it ended, for `reason`. `ambiguous`: no answer, and frames fit more than one story.
   */
  readonly outcome: 'answered' | 'partial' | 'refused' | 'lost' | 'unsent' | 'ambiguous' | 'open';
  /** Why it was not sent, or why its end was not told: texts `requests.why.REASON`. */
  readonly reason?:
    'port-in-use' | 'node-stopped' | 'node-paused' | 'no-client' | 'cut' | 'client-gone' | 'client-silent';
  /** Bytes of the answer's body that the client got, and how many the answer said it has. */
  readonly bytes?: number;
  readonly ofBytes?: number;
  /** Of a load: how many of its own requests were answered, and how many failed. */
  readonly load?: { readonly requests: number; readonly errors: number };
  /** The flows that carry it; none when it never became a packet, and those evicted are left out. */
  readonly flows: readonly number[];
  /**
   * Client and frames contradict each other: it says that it has the whole answer, and frames do not show it
   * (`answer-not-seen`); or they show it whole, in time, and the client says otherwise (`answer-not-taken`).
   */
  readonly finding?: 'answer-not-seen' | 'answer-not-taken';
}

/** So many requests alike that are not in the recording any more, because it holds no more: the oldest. */
export type EvictedRequests = Pick<Request, 'protocol' | 'outcome' | 'finding'> & { readonly times: number };

/** A load run, as its client counted. */
export interface Load {
  /** The client's node, and where it sent. */
  readonly client: string;
  readonly address: string;
  readonly port: number;
  readonly connections: number;
  readonly startNs: number;
  readonly endNs: number;
  /** Answered requests; those that failed; bytes that the client received. */
  readonly requests: number;
  readonly errors: number;
  readonly bytes: number;
  readonly requestsPerSecond: number;
  /** Time to an answer: the median and the 99th percentile. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** The engine ended it after as many requests as it makes in one load. */
  readonly limited: boolean;
}

/** `durationNs` until `timeNs` in which nothing was due: nobody waited for them. */
export interface Skip {
  readonly timeNs: number;
  readonly durationNs: number;
}

export interface CaptureChange {
  readonly node: string;
  readonly segment: string;
  readonly timeNs: number;
  /** What is recorded from then on: whole frames, their headers, or only how many there are. */
  readonly detail: 'frames' | 'headers' | 'counters';
}

export interface Epoch {
  readonly epoch: number;
  readonly timeNs: number;
  /** One line per change, as data: `{kind, name}`; empty for epoch 0. */
  readonly changes: readonly { readonly kind: string; readonly name: string }[];
  /** The event of the file that began it, in the file's words: `stop lb1`. Absent when somebody applied a change. */
  readonly by?: string;
}

/** One connection, UDP exchange, ping, health check of a server or ARP exchange, both directions; or what one VRRP router says while it is active. */
export interface Flow {
  readonly id: number;
  readonly kind: 'tcp' | 'udp' | 'icmp' | 'arp' | 'vrrp' | 'probe' | 'other';
  readonly epoch: number;
  /** The node that opened it, with the address and port it used: `client 10.0.1.10:40112`. */
  readonly client: Endpoint;
  /** Who the client spoke to. */
  readonly service: Endpoint;
  /** The node that served it; absent when nobody did. */
  readonly server?: Endpoint;
  /** `GET /`, or empty when none was seen. */
  readonly request: string;
  /** `200 OK`, or empty. */
  readonly response: string;
  readonly outcome: FlowOutcome;
  /** How many requests it carried, and how many of them were answered whole; absent where no client said. */
  readonly requests?: { readonly asked: number; readonly answered: number };
  /**
   * `middle` when its beginning was not captured: the first packet known of it is a reply, or TCP without a SYN. Then
   * the sides are told apart by the plan, and `server` is only named when the server itself was seen.
   */
  readonly begun: 'seen' | 'middle';
  /**
   * Why it may be recorded in part and end in the middle: it is one of a load run's connections, or a capture had
   * fallen back while it lasted. Promises do not stand on it; of explanations only that a load was over too soon.
   */
  readonly partial?: 'load' | 'capture';
  /** Of VRRP: with its first advertisement the router becomes active. Absent where it was so already. */
  readonly takeover?: Takeover;
  /** What the director concluded from it: of a health check, or of the ARP question for a server when it came no further. */
  readonly health?: ServerHealth;
  readonly startNs: number;
  readonly endNs: number;
  readonly journeys: readonly number[];
}

/** Addresses that a router has from now on. */
export interface Takeover {
  /** Who had them before, if somebody had, and for how long nothing was heard of it. */
  readonly from?: string;
  readonly silentNs?: number;
  /**
   * `told`: with its last advertisement it said that it stops. `silence`: it said nothing any more. `preempted`: the new one
   * has the higher priority. `both`: it goes on, and the new one does not hear it or does not heed it.
   */
  readonly how?: 'told' | 'silence' | 'preempted' | 'both';
  readonly to: string;
  readonly addresses: readonly string[];
}

/** A server is down by its checks, or up again. */
export interface ServerHealth {
  readonly service: string;
  readonly server: string;
  readonly isUp: boolean;
  readonly timeNs: number;
  /** How this check of it ended: texts `probe.RESULT`. */
  readonly result: 'answered' | 'refused' | 'unreachable' | 'timed-out' | 'wrong-status';
  /** So many failed in a row, this one among them. */
  readonly failures?: number;
  /** It stays in the service, with weight 0. */
  readonly isDrained: boolean;
  /** Who gets new connections from then on. */
  readonly serving: readonly string[];
  /** The sorry server begins to serve alone, or stops. */
  readonly sorry?: { readonly server: string; readonly serves: boolean };
}

export interface Endpoint {
  /** Empty when no node has that address. */
  readonly node: string;
  readonly address: string;
  readonly port?: number;
}

/** How it went, by what the client that asked says where one is known (`Request`); else by what its frames show. */
export type FlowOutcome =
  | { readonly kind: 'answered' }
  /** The client has some of the answer's bytes. With what frames show of why. */
  | {
      readonly kind: 'partial';
      readonly bytes: number;
      readonly ofBytes?: number;
      readonly at?: string;
      readonly reason?: ReasonCode;
      readonly frames: readonly number[];
    }
  /** Reset or unreachable. `by` is the node whose frame said so; empty where a capture does not show whose it was. */
  | {
      readonly kind: 'refused';
      readonly by: string;
      readonly reason: ReasonCode;
      readonly frames: readonly number[];
    }
  /** `at` is the node that was down, when one was; else the last node that had it. */
  | {
      readonly kind: 'lost';
      readonly at: string;
      readonly reason: ReasonCode;
      readonly frames: readonly number[];
    }
  | { readonly kind: 'ambiguous'; readonly candidates: number }
  /** Not finished when the recording ended, or when the run was (`cut`); or not to be known: `not-captured`. */
  | { readonly kind: 'open'; readonly reason?: 'not-captured' | 'cut' };

/** One logical packet across all its hops. */
export interface Journey {
  readonly id: number;
  readonly flow: number;
  readonly epoch: number;
  readonly direction: 'request' | 'reply';
  readonly kind: JourneyKind;
  /** A second sending of the same segment. */
  readonly retransmission: boolean;
  /** `unseen`: what became of it is not known. Nothing was captured there, or no record shows it, which proves nothing. */
  readonly outcome: 'arrived' | 'lost' | 'ambiguous' | 'dropped' | 'unseen';
  /** The least sure of its joins. */
  readonly confidence: Confidence;
  readonly hops: readonly Hop[];
}

export type JourneyKind =
  | 'syn'
  | 'syn-ack'
  | 'ack'
  | 'data'
  | 'fin'
  | 'rst'
  | 'udp'
  | 'echo-request'
  | 'echo-reply'
  | 'icmp-error'
  | 'arp-request'
  | 'arp-reply'
  | 'vrrp-advertisement'
  | 'other';

export type Confidence =
  /** The forwarder said so: hashes of the exact bytes in and out. Or the same bytes at both ends of one link. */
  | 'certain'
  /** Joined by everything a router leaves alone, one candidate only. */
  | 'strong'
  /** Joined by what survives a NAT. */
  | 'likely'
  | 'ambiguous';

/** One frame on one segment, from one node to another. */
export interface Hop {
  readonly from: string;
  /** Empty when it was received by nobody (lost on the segment). */
  readonly to: string;
  readonly segment: string;
  readonly timeNs: number;
  /** The record number in the pcapng (from 1): the first capture of this hop. */
  readonly frame: number;
  /** All captures of it, sender first. */
  readonly frames: readonly number[];
  /** What the node before did; empty on the first hop. */
  readonly changes: readonly HopChange[];
  readonly confidence: Confidence;
  readonly arrival: Arrival;
  /** What the model says every header must be here, with the observed value; only fields that can be predicted. */
  readonly expected: readonly {
    readonly field: string;
    readonly expected: string;
    readonly observed: string;
    readonly ok: boolean;
  }[];
}

export interface HopChange extends FieldChange {
  readonly role: 'signature' | 'routine';
}

export interface Arrival {
  readonly fate:
    'forwarded' | 'accepted' | 'answered' | 'unwrapped' | 'ignored' | 'dropped' | 'lost' | 'held' | 'unseen';
  /** Empty when there is nothing to explain. */
  readonly reason: ReasonCode | '';
  /** The forwarder's rule, service, server and detail, when it decided. */
  readonly decision?: {
    readonly rule: string;
    readonly service?: string;
    readonly server?: string;
    readonly connection?: number;
    readonly detail?: string;
  };
}

/** Codes with a text in the l10n bundles, `reason.CODE`. The forwarder's drop reasons are among them. */
export type ReasonCode = string;

export interface PromiseVerdict {
  readonly id: string;
  readonly epoch: number;
  /** In the chosen language. */
  readonly text: string;
  readonly verdict: 'kept' | 'broken' | 'not seen';
  /** Frames (record numbers) that show it: all that break it, or the first few that keep it. */
  readonly evidence: readonly number[];
}

/** Why something failed, in load-balancing terms. */
export interface Explanation {
  /** For instance `vip-two-answers`; texts `explanation.CODE` and `explanation.CODE.remedy`. */
  readonly code: string;
  readonly epoch: number;
  readonly flows: readonly number[];
  readonly frames: readonly number[];
  readonly params: Readonly<Record<string, string>>;
  /** The setting in the topology that causes it, when one does: a path such as `nodes.rs1.hideVip`. */
  readonly setting?: string;
  /** In the chosen language, remedy included. */
  readonly text: string;
}

export interface Counters {
  readonly frames: number;
  readonly hops: number;
  /** Seen where they were not addressed: a bridge floods. */
  readonly flooded: number;
  /** From or to a MAC outside the plan. */
  readonly foreign: number;
  /** Frames not recorded by accident: the kernel's buffer was full, or the reader too slow. */
  readonly captureLoss: number;
  /** Frames past the packet budget: counted only. */
  readonly overBudget: number;
  /** Frames of which only the headers were recorded. */
  readonly cut: number;
  readonly decisionsLost: number;
  readonly undecodable: number;
  readonly ambiguousJoins: number;
  /** Bytes of IPv4 that crossed the director, both directions. */
  readonly directorBytes: number;
  /** The same by node, of those that forwarded any. */
  readonly directorBytesEach: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  /** Taken out of the recording because it holds no more: the oldest flows, and the frames of these and of none. */
  readonly evictedFrames: number;
  readonly evictedFlows: number;
}
