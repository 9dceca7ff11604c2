import { type Cidr, type Ipv4, parseCidr, parseIpv4 } from '../../../packet/address.ts';
import {
  pairOf,
  pairsOf,
  scalarsOf,
  textOf,
  valueOf,
  type SyntaxNode,
  type SyntaxPair,
  type SyntaxScalar,
} from './syntax/tree.ts';

/** What a file says about its network, taken from its shape alone: good enough to help while it is being written. */
export interface Facts {
  readonly model: SyntaxScalar | undefined;
  readonly segments: readonly SegmentFacts[];
  readonly nodes: readonly NodeFacts[];
  readonly services: readonly ServiceFacts[];
  readonly traffic: readonly TrafficFacts[];
  readonly events: readonly EventFacts[];
}

export interface SegmentFacts {
  readonly name: string;
  readonly pair: SyntaxPair;
  readonly subnet: Cidr | undefined;
}

export interface NodeFacts {
  readonly name: string;
  readonly pair: SyntaxPair;
  readonly role: string | undefined;
  readonly gateway: SyntaxScalar | undefined;
  readonly interfaces: readonly InterfaceFacts[];
}

export interface InterfaceFacts {
  readonly segment: string;
  readonly pair: SyntaxPair;
  readonly address: Ipv4 | undefined;
  readonly addressScalar: SyntaxScalar | undefined;
}

export interface ServiceFacts {
  readonly name: string;
  /** Its own key: under `services` the name, else the word `service`. */
  readonly pair: SyntaxPair;
  readonly isNamed: boolean;
  readonly vip: Ipv4 | undefined;
  readonly vipScalar: SyntaxScalar | undefined;
  readonly director: SyntaxScalar | undefined;
  /** A name of each server that is listed; undefined when every server is meant. */
  readonly servers: readonly SyntaxScalar[] | undefined;
}

export interface TrafficFacts {
  readonly start: number;
  readonly end: number;
  readonly from: readonly SyntaxScalar[];
  readonly to: SyntaxScalar | undefined;
}

/** What an event of the file names, whatever its action is. */
export interface EventFacts {
  /** `stop: lb1` */
  readonly nodes: readonly SyntaxScalar[];
  /** `down: rs1.inside` */
  readonly interfaces: readonly SyntaxScalar[];
  /** `set: service.servers.rs1.weight` */
  readonly settings: readonly SyntaxScalar[];
}

export function collectFacts(root: SyntaxNode | undefined): Facts {
  const service = pairOf(root, 'service');
  const traffic = valueOf(root, 'traffic');
  const events = valueOf(root, 'events');
  return {
    model: scalarOf(valueOf(root, 'model')),
    segments: pairsOf(valueOf(root, 'segments')).map(segmentFacts),
    nodes: pairsOf(valueOf(root, 'nodes')).map(nodeFacts),
    services: [
      ...(service ? [serviceFacts(service, false)] : []),
      ...pairsOf(valueOf(root, 'services')).map((pair) => serviceFacts(pair, true)),
    ],
    traffic: (traffic?.kind === 'list' ? traffic.items : []).map(({ start, end, value }) => ({
      start,
      end,
      from: scalarsOf(valueOf(value, 'from')),
      to: scalarOf(valueOf(value, 'to')),
    })),
    events: (events?.kind === 'list' ? events.items : []).map(({ value }) => {
      const named = (...keys: readonly string[]) =>
        keys.flatMap((key) => scalarOf(valueOf(value, key)) ?? []);
      return {
        nodes: named('stop', 'crash', 'start', 'pause'),
        interfaces: named('down', 'up'),
        settings: named('set', 'remove'),
      };
    }),
  };
}

function segmentFacts(pair: SyntaxPair): SegmentFacts {
  const text = textOf(pair.value) ?? textOf(valueOf(pair.value, 'subnet'));
  return { name: pair.key.text, pair, subnet: text === undefined ? undefined : parseCidr(text) };
}

function nodeFacts(pair: SyntaxPair): NodeFacts {
  return {
    name: pair.key.text,
    pair,
    role: textOf(valueOf(pair.value, 'role')),
    gateway: scalarOf(valueOf(pair.value, 'gateway')),
    interfaces: pairsOf(valueOf(pair.value, 'at')).map((port) => {
      const addressScalar = scalarOf(port.value) ?? scalarOf(valueOf(port.value, 'address'));
      const address = addressScalar && parseIpv4(addressScalar.text);
      return { segment: port.key.text, pair: port, address, addressScalar };
    }),
  };
}

function serviceFacts(pair: SyntaxPair, isNamed: boolean): ServiceFacts {
  const servers = valueOf(pair.value, 'servers');
  const vipScalar = scalarOf(valueOf(pair.value, 'vip'));
  return {
    name: pair.key.text,
    pair,
    isNamed,
    vip: vipScalar && parseIpv4(vipScalar.text),
    vipScalar,
    director: scalarOf(valueOf(pair.value, 'director')),
    servers: servers && (servers.kind === 'map' ? servers.pairs.map(({ key }) => key) : scalarsOf(servers)),
  };
}

function scalarOf(node: SyntaxNode | undefined): SyntaxScalar | undefined {
  return node?.kind === 'scalar' && node.mark === '' ? node : undefined;
}
