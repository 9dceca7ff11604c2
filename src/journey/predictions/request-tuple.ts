import { models } from '../../models/models.ts';
import type { Ipv4 } from '../../packet/address.ts';
import { choiceOf } from './choice.ts';
import { dipTowards } from '../records/evidence.ts';
import type { Choice, FlowRecord } from '../records/flow-record.ts';
import type { HopRecord, Stage } from '../records/hop-record.ts';
import { serviceOf } from '../records/signature.ts';

/** Addresses and ports as the models have them; `undefined` where they cannot be foretold. */
export interface RequestTuple {
  readonly source: Ipv4 | undefined;
  readonly sourcePort: number | undefined;
  readonly destination: Ipv4 | undefined;
  readonly destinationPort: number | undefined;
}

/**
 * What requests of the hop's flow are when they come to `node`: as the client sent them, and as each rewriting node before
 * it changed them. `undefined` when the flow was never seen to cross that node, but others, or began there.
 */
export function requestTupleAt(flow: FlowRecord, hop: HopRecord, node: string): RequestTuple | undefined {
  const { choices } = flow;
  // What it began with is what this node made of something that was not seen.
  if (flow.client.node === node) return undefined;
  const end = choices.findIndex((choice) => choice.node === node);
  if (end < 0 && choices.length > 0) return undefined;
  if (isHidden(flow, hop)) return undefined;
  return along(flow, hop, choices.slice(0, Math.max(end, 0)));
}

/** The same when they come to their `server`. */
export function requestTupleOf(flow: FlowRecord, hop: HopRecord, server: string): RequestTuple {
  if (isHidden(flow, hop)) return UNKNOWN;
  const service = serviceOf(flow, hop);
  const choices: readonly PartialChoice[] =
    service && !choiceOf(flow) ? [...flow.choices, { node: service.director, server }] : flow.choices;
  return along(flow, hop, choices);
}

const UNKNOWN: RequestTuple = {
  source: undefined,
  sourcePort: undefined,
  destination: undefined,
  destinationPort: undefined,
};

/** A NAT router that was not captured may have changed it. */
function isHidden({ choices }: FlowRecord, { stage: { network } }: HopRecord): boolean {
  return network.nats.length > 0 && choices.some(({ isAfterGap }) => isAfterGap);
}

type PartialChoice = Omit<Choice, 'sourcePort'> & { readonly sourcePort?: number };

function along(flow: FlowRecord, hop: HopRecord, choices: readonly PartialChoice[]): RequestTuple {
  const port = flow.client.port ?? flow.journeys[0]!.first.facts.sourcePort;
  let tuple: RequestTuple = {
    source: flow.clientAddress,
    sourcePort: port,
    destination: flow.serviceAddress,
    destinationPort: flow.service.port ?? port,
  };
  for (const choice of choices) tuple = after(tuple, choice, flow, hop);
  return tuple;
}

function after(tuple: RequestTuple, choice: PartialChoice, flow: FlowRecord, hop: HopRecord): RequestTuple {
  const { stage } = hop;
  const { sourcePort } = choice;
  const outside = outsideOf(stage, choice.node);
  if (outside) {
    // An echo's identifier plays both ports.
    const isEcho = flow.kind === 'icmp';
    return { ...tuple, source: outside.address, sourcePort, ...(isEcho && { destinationPort: sourcePort }) };
  }
  const service = serviceOf(flow, hop);
  if (!service || !models[service.model].translates) return tuple;
  const server = service.servers.find(({ name }) => name === choice.server);
  const inward = { destination: server?.address, destinationPort: server?.port };
  if (!service.snat) return { ...tuple, ...inward };
  return { ...inward, source: server && dipTowards(choice.node, server.address, stage), sourcePort };
}

/** The interface by which a NAT router shows itself outside. */
export function outsideOf({ network }: Stage, node: string) {
  const forwarder = network.node(node)?.forwarder;
  return forwarder?.nat && forwarder.interfaces[forwarder.nat.outside];
}
