import type { VariantName } from '../models/models.ts';
import type { Role } from '../lab/topology/plan.ts';
import type { Arrival, Hop, HopChange, Journey, Request } from '../journey/report.ts';
import type { TopologyChange } from './topology-changes.ts';

/**
 * One request under several models, column by column. All of it was read from captured frames: what was not seen is not
 * there. Values are text as on the wire.
 */
export interface Comparison {
  /** `GET /`; empty for a ping, and where nothing was asked. */
  readonly request: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** One lab. */
export interface Column {
  readonly variant: VariantName;
  readonly lab: string;
  /** The file itself, not one that was made of it. */
  readonly isAsWritten: boolean;
  /**
   * Other hosts recorded it, and `lab` is the file. `inferred`: what its frames say of their network, service by service with
   * all models that fit; the variant is the first of them, and nothing is judged by it.
   */
  readonly recording?: { readonly inferred: string };
  readonly changes: readonly TopologyChange[];
  /** Of `check`: texts `problem.CODE`. With an error there is no such lab, and nothing was seen. */
  readonly problems: readonly {
    readonly code: string;
    readonly severity: 'error' | 'warning';
    readonly params: Readonly<Record<string, string>>;
  }[];
  /** What people call an address or a MAC: `VIP`, or its node. */
  readonly names: Readonly<Record<string, string>>;
  /** Absent when there is no such lab. */
  readonly sums?: Sums;
}

/** What the frames of the request and of its answer come to, all packets together. */
export interface Sums {
  /** Absent when nothing was asked, and where a recording does not show how it ended. */
  readonly outcome?: Request['outcome'];
  /** Whole packets of the conversation, each counted once however far it went. */
  readonly packets: number;
  /**
   * Each node that forwards for the model and was recorded at all its interfaces: IPv4 packets and bytes that came in to it,
   * counted as these would.
   */
  readonly forwarders: readonly { readonly node: string; readonly packets: number; readonly bytes: number }[];
  /**
   * Bytes by which packets were longer when a forwarder sent them than when they came to it, and of how many; absent where no
   * forwarder was recorded at all its interfaces.
   */
  readonly added?: { readonly bytes: number; readonly packets: number };
  /** The sender of the first request, as the packet says that the server takes; absent when none got there. */
  readonly serverSees?: Sight;
  /** The sender of the first reply, as the packet says that came to the client. */
  readonly clientSees?: Sight;
}

/** `10.0.1.10:40112`, without port for a ping, and the frame that shows it. */
export interface Sight {
  readonly sender: string;
  readonly frame: number;
}

/** A step of the first packet there, or of the first back: what left one node, in each lab where one did. */
export interface Row {
  readonly direction: Journey['direction'];
  /** Of the node that sent it. */
  readonly role: Role;
  /** By column; null where no such frame was seen. */
  readonly cells: readonly (Cell | null)[];
}

export interface Cell {
  readonly kind: Journey['kind'];
  readonly from: string;
  /** Empty when nobody received it. */
  readonly to: string;
  readonly segment: string;
  /** Number in that lab's recording. */
  readonly frame: number;
  /** `10.0.1.10:40112 → 10.0.2.100:80`; a packet inside another stands in brackets behind it. */
  readonly packet: string;
  /** What `from` changed; none on the first step. */
  readonly changes: readonly HopChange[];
  /** Fields that are not as the model says. */
  readonly unexpected: Hop['expected'];
  readonly arrival: Pick<Arrival, 'fate' | 'reason'>;
}
