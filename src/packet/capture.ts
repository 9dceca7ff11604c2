import type { Ipv4, Mac } from './address.ts';
import type { PacketProblem } from './layers.ts';

/** What pcap and pcapng files hold, as plain records. Times are nanoseconds since the Unix epoch, as bigint: they exceed 2^53. */

export interface CaptureInterface {
  /** `if_name`; in LB Lab `NODE.SEGMENT`. */
  readonly name: string;
  readonly description?: string;
  /** Ethernet is 1. */
  readonly linkType: number;
  readonly snapLength: number;
  readonly ipv4?: { readonly address: Ipv4; readonly mask: number };
  readonly mac?: Mac;
  readonly filter?: string;
  /** From an interface statistics block at the end. */
  readonly statistics?: { readonly received?: bigint; readonly dropped?: bigint };
}

export interface CaptureRecord {
  /** Index into `interfaces`. */
  readonly interface: number;
  readonly timeNs: bigint;
  /** The file tells none (a simple packet block): `timeNs` is 0. */
  readonly hasNoTime?: true;
  readonly bytes: Uint8Array;
  /** Length on the wire; more than `bytes.length` when the frame was cut. */
  readonly originalLength: number;
  readonly direction?: 'in' | 'out';
  readonly comments: readonly string[];
  readonly dropCount?: bigint;
  /** `epb_packetid`; in LB Lab the journey's number. */
  readonly packetId?: bigint;
}

export interface Capture {
  readonly interfaces: readonly CaptureInterface[];
  readonly records: readonly CaptureRecord[];
  /** The number of the first of them, where older ones were given up; 1 when left out. */
  readonly first?: number;
  /** IPv4 name-resolution records. */
  readonly names: readonly { readonly address: Ipv4; readonly name: string }[];
  /** What was skipped or damaged; the records before it are still there. */
  readonly problems: readonly PacketProblem[];
}
