import type { CheckConfig } from '../../forwarder/health/health.ts';
import type { HealthEvent } from '../../lab/events.ts';
import type { Ipv4 } from '../../packet/address.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { HopRecord, Stage } from './hop-record.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { RequestRecord } from './request-record.ts';
import type { Endpoint, Flow, FlowOutcome, Takeover } from '../report.ts';

/** What one rewriting node (NAT router or director) made of a connection. */
export interface Choice {
  readonly node: string;
  /** The server that a director gave it to; absent for a NAT router. */
  readonly server?: string;
  /** The port it has from there on; as it was before, where the model leaves it alone. */
  readonly sourcePort: number;
  /** Where its packets travel in datagrams: the port that these are from. */
  readonly tunnelPort?: number;
}

/** With the request that shows it, and how many rewriting nodes that had come through before. */
export interface ShownChoice extends Choice {
  readonly by: JourneyRecord;
  readonly rank: number;
  /** Not all of its way before was recorded: a NAT router may have been on it. */
  readonly isAfterGap: boolean;
}

/** A flow as far as it is known. */
export class FlowRecord {
  /** 0 until somebody has been told of it. */
  id = 0;
  readonly kind: Flow['kind'];
  readonly stage: Stage;
  readonly client: Endpoint;
  readonly service: Endpoint;
  /** By its first packet. */
  readonly opened: Flow['begun'];
  /** Addresses as numbers: who opened it, and who was spoken to. */
  readonly clientAddress: Ipv4;
  readonly serviceAddress: Ipv4;
  /** The client's port, or the identifier of its ping. */
  readonly sourcePort: number;
  readonly startNs: number;
  journeys: JourneyRecord[] = [];
  /** Of VRRP, by what came before it. */
  takeover: Takeover | undefined = undefined;
  /** Of a probe: what it asks. */
  probe: CheckConfig['probe'] | undefined = undefined;

  // What its packets told, in their order; `FlowStep` takes it back.
  request = '';
  response = '';
  /** TCP: the client's initial sequence number. */
  synSequence: number | undefined = undefined;
  /** TCP: which sides have sent a FIN, or one a RST. */
  requestFin = false;
  replyFin = false;
  reset = false;
  /** The client received what it asked for: response bytes, an echo reply, an ARP reply. */
  answered = false;
  /** How many flows a reply could have belonged to, when it could not be told. */
  candidates = 0;
  endNs = 0;
  /** Numbers of the director's connections that carried it. */
  connections: number[] = [];
  /** Nodes that sent something against the client's direction. */
  replied: string[] = [];
  /** Servers whose own addresses count as the service's, in case they answer from them. */
  strangers: string[] = [];
  /** Where packets of this flow ended, in order; asked backwards for what provoked an answer. */
  arrivals: HopRecord[] = [];
  /** Each piece of the conversation that was sent, and who sent it: whatever sends it again is a retransmission. */
  segments: Map<number, JourneyRecord[]> | undefined = undefined;

  /** In a capture: which packets say that others came; made when somebody asks. */
  acknowledgements: Acknowledgements | undefined = undefined;

  // What follows from that, made when the flow is judged.
  /** What rewriting nodes made of its connection, in the order in which a request meets them. */
  choices: readonly ShownChoice[] = [];
  /** nat: in each epoch, the packet that shows which port it took. */
  ports: JourneyRecord[] | undefined = undefined;
  server: Endpoint | undefined = undefined;
  /** What its client asked for with it, as the client told. */
  requests: readonly RequestRecord[] = [];
  outcome: FlowOutcome = { kind: 'open' };
  /** What a director concluded from it. */
  health: HealthEvent | undefined = undefined;
  partial: Flow['partial'] = undefined;
  /** What its packets were judged by, besides themselves. */
  basis = '';
  /** Another flow has the same addresses and ports. */
  isReused = false;
  /** Waiting to be judged. */
  stale = false;
  /** Superseded by another, or taken out of the recording. */
  gone = false;

  constructor(
    kind: Flow['kind'],
    { stage, timeNs }: HopRecord,
    client: Endpoint & { readonly number: Ipv4; readonly source: number },
    service: Endpoint & { readonly number: Ipv4 },
    begun: Flow['begun'],
  ) {
    this.kind = kind;
    this.stage = stage;
    this.startNs = timeNs;
    this.client = endpoint(client);
    this.service = endpoint(service);
    this.opened = begun;
    this.clientAddress = client.number;
    this.sourcePort = client.source;
    this.serviceAddress = service.number;
  }

  /** As before its first packet. */
  clear(): void {
    for (const list of [this.journeys, this.connections, this.replied, this.strangers, this.arrivals]) {
      list.length = 0;
    }
    this.request = this.response = this.basis = '';
    this.synSequence = undefined;
    this.requestFin = this.replyFin = this.reset = this.answered = this.isReused = false;
    this.candidates = 0;
    this.endNs = 0;
    this.segments = undefined;
    this.acknowledgements = undefined;
  }

  /** Gives up room for more of everything, when no more is expected. */
  rest(): void {
    this.journeys = this.journeys.slice();
    this.connections = this.connections.slice();
    this.replied = this.replied.slice();
    this.strangers = this.strangers.slice();
    this.arrivals = this.arrivals.slice();
  }

  /** Clocks of captures differ: that the answer to its first packet comes before it is no beginning in the middle. */
  get begun(): Flow['begun'] {
    return this.isBegunBy(this.synSequence) ? 'seen' : this.opened;
  }

  /** TCP: its first packet answers the SYN of this number. */
  isBegunBy(synSequence: number | undefined): boolean {
    const first = this.journeys[0];
    if (synSequence === undefined || first?.kind !== 'syn-ack') return false;
    return first.first.facts.acknowledgement === (synSequence + 1) >>> 0;
  }

  /** TCP: nothing more is to come, so that the same ports may serve a new connection. */
  get closed(): boolean {
    return this.reset || (this.requestFin && this.replyFin);
  }
}

function endpoint({ node, address, port }: Endpoint): Endpoint {
  return port === undefined ? { node, address } : { node, address, port };
}

/** The complaint about a tunnel that the director passed on with this error. */
export function relayedBy(flow: FlowRecord, { sentBy }: HopRecord): JourneyRecord | undefined {
  if (sentBy?.relation !== 'caused-error') return undefined;
  return flow.journeys.find(({ kind, last }) => kind === 'icmp-error' && last.takenBy === sentBy);
}
