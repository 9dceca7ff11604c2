import type { Ipv4, Mac } from '../../packet/address.ts';
import type { FrameFacts } from '../records/frame-facts.ts';

/**
 * What the headers of one hop must be, by the plan and the journey's first hop; `undefined` where nothing can be
 * foretold. What no model touches (id, sequence numbers, options, payload) must be as in `base`: the first hop, with the
 * maximum segment size that a clamp on the way has lowered.
 */
export class Prediction {
  base: FrameFacts;
  etherDestination: Mac | undefined = undefined;
  etherSource: Mac | undefined = undefined;
  outer: OuterHeader | undefined = undefined;
  source: Ipv4 | undefined = undefined;
  destination: Ipv4 | undefined = undefined;
  sourcePort: number | undefined = undefined;
  destinationPort: number | undefined = undefined;
  ttl: number | undefined = undefined;

  constructor(base: FrameFacts) {
    this.base = base;
  }

  /** For the next hop: its MACs are others, and left open. */
  copy(): Prediction {
    const copy = new Prediction(this.base);
    copy.outer = this.outer;
    copy.setTuple(this.source, this.sourcePort, this.destination, this.destinationPort);
    copy.ttl = this.ttl;
    return copy;
  }

  setTuple(
    source: Ipv4 | undefined,
    sourcePort: number | undefined,
    destination: Ipv4 | undefined,
    destinationPort: number | undefined,
  ): void {
    this.source = source;
    this.sourcePort = sourcePort;
    this.destination = destination;
    this.destinationPort = destinationPort;
  }
}

/** The headers that tun puts around a packet. */
export interface OuterHeader {
  readonly source: Ipv4 | undefined;
  readonly destination: Ipv4;
  readonly ttl: number;
  readonly trafficClass: number;
  readonly dontFragment: boolean;
  readonly protocol: number;
  /** Of GUE: the source port is a hash of the flow, and stays what it was on its first packet. */
  readonly udp?: { readonly sourcePort: number | undefined; readonly destinationPort: number };
}
