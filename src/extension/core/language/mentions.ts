import { parseIpv4 } from '../../../packet/address.ts';
import type { Facts } from './facts.ts';
import { pairsOf, valueOf, type SyntaxNode, type SyntaxScalar } from './syntax/tree.ts';

export type NamedKind = 'node' | 'segment' | 'service';

/** One place where a node, a segment or a service is named. */
export interface Mention {
  readonly kind: NamedKind;
  readonly name: string;
  readonly scalar: SyntaxScalar;
  /** The key under which the thing is described. */
  readonly isDefinition: boolean;
}

/** In the order of the file. */
export function collectMentions(facts: Facts): Mention[] {
  const mentions: Mention[] = [];
  const add = (kind: NamedKind, scalar: SyntaxScalar | undefined, isDefinition = false) => {
    // The merge key names nothing.
    if (scalar && scalar.end > scalar.start && scalar.text !== '<<')
      mentions.push({ kind, name: scalar.text, scalar, isDefinition });
  };
  /** A next hop is a node's name or an address. */
  const addHop = (node: SyntaxNode | undefined) => {
    if (node?.kind === 'scalar' && node.mark === '' && parseIpv4(node.text) === undefined) add('node', node);
  };
  for (const { pair } of facts.segments) add('segment', pair.key, true);
  for (const { pair, interfaces } of facts.nodes) {
    add('node', pair.key, true);
    for (const port of interfaces) add('segment', port.pair.key);
    addHop(valueOf(pair.value, 'gateway'));
    for (const route of pairsOf(valueOf(pair.value, 'routes'))) addHop(route.value);
    const nat = valueOf(pair.value, 'nat');
    if (nat?.kind === 'scalar' && nat.mark === '') add('segment', nat);
  }
  for (const { pair, servers = [], director } of facts.services) {
    add('service', pair.key, true);
    for (const server of servers) add('node', server);
    add('node', director);
  }
  for (const { from, to } of facts.traffic) {
    for (const client of from) add('node', client);
    if (to && parseIpv4(to.text) === undefined) add(destinationKind(facts, to.text), to);
  }
  for (const { nodes, interfaces, settings } of facts.events) {
    for (const node of nodes) add('node', node);
    for (const written of interfaces) {
      const [node, segment] = partsOf(written);
      add('node', node);
      add('segment', segment);
    }
    for (const written of settings) for (const [kind, name] of namesInPath(partsOf(written))) add(kind, name);
  }
  return mentions.sort((a, b) => a.scalar.start - b.scalar.start);
}

export function mentionAt(mentions: readonly Mention[], offset: number): Mention | undefined {
  return mentions.find(({ scalar }) => offset >= scalar.start && offset <= scalar.end);
}

/** Every place that names the same thing. */
export function mentionsOf(mentions: readonly Mention[], { kind, name }: Mention): Mention[] {
  return mentions.filter((other) => other.kind === kind && other.name === name);
}

/** Of a service and a node of one name, `to:` means the service. */
function destinationKind({ services }: Facts, name: string): NamedKind {
  return services.some((service) => service.name === name) ? 'service' : 'node';
}

/** The words between the dots, each with its place. */
function partsOf(written: SyntaxScalar): SyntaxScalar[] {
  let start = written.start + written.quote.length;
  return written.text.split('.').map((text) => {
    const part = { ...written, text, quote: '', start, end: start + text.length };
    start = part.end + 1;
    return part;
  });
}

/** Which words of a setting's path are names: `nodes.NAME.at.SEGMENT`, `services.NAME.servers.NODE`. */
function namesInPath(parts: readonly SyntaxScalar[]): [NamedKind, SyntaxScalar | undefined][] {
  const [chapter, second, third] = parts.map(({ text }) => text);
  switch (chapter) {
    case 'nodes':
      return [
        ['node', parts[1]],
        ...(third === 'at' ? [['segment', parts[3]] as [NamedKind, SyntaxScalar]] : []),
      ];
    case 'segments':
      return [['segment', parts[1]]];
    case 'service':
      return second === 'servers' ? [['node', parts[2]]] : [];
    case 'services':
      return [
        ['service', parts[1]],
        ...(third === 'servers' ? [['node', parts[3]] as [NamedKind, SyntaxScalar]] : []),
      ];
    default:
      return [];
  }
}
