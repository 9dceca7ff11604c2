import type { Choice } from './choice.ts';
import type { HopRecord, Stage } from './hop-record.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { Endpoint, Flow, FlowOutcome } from './report.ts';

/** A flow while a report is made. */
export class FlowRecord {
  readonly id: number;
  readonly kind: Flow['kind'];
  readonly stage: Stage;
  readonly client: Endpoint;
  readonly service: Endpoint;
  /** Addresses as numbers: who opened it, and who was spoken to. */
  readonly clientAddress: number;
  readonly serviceAddress: number;
  readonly journeys: JourneyRecord[] = [];
  server: Endpoint | undefined = undefined;
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
  /** Numbers of the director's connections that carried it. */
  readonly connections: number[] = [];
  /** How many flows a reply could have belonged to, when it could not be told. */
  candidates = 0;
  /** Nodes that sent something against the client's direction. */
  readonly replied: string[] = [];
  /** Servers whose own addresses count as the service's, in case they answer from them. */
  readonly strangers: string[] = [];
  /** Where packets of this flow ended, in order; asked backwards for what provoked an answer. */
  readonly arrivals: HopRecord[] = [];
  /** Filled in by `choiceOf`. */
  choice: Choice | undefined = undefined;
  outcome: FlowOutcome = { kind: 'open' };
  partial: Flow['partial'] = undefined;
  startNs = 0;
  endNs = 0;

  constructor(
    id: number,
    kind: Flow['kind'],
    stage: Stage,
    client: Endpoint & { readonly number: number },
    service: Endpoint & { readonly number: number },
  ) {
    this.id = id;
    this.kind = kind;
    this.stage = stage;
    this.client = endpoint(client);
    this.service = endpoint(service);
    this.clientAddress = client.number;
    this.serviceAddress = service.number;
  }

  /** TCP: nothing more is to come, so that the same ports may serve a new connection. */
  get closed(): boolean {
    return this.reset || (this.requestFin && this.replyFin);
  }
}

function endpoint({ node, address, port }: Endpoint): Endpoint {
  return port === undefined ? { node, address } : { node, address, port };
}
