import { formatIpv4, type Ipv4 } from '../../../../packet/address.ts';
import { choiceText } from '../choice-text.ts';
import type { NodeFacts } from '../facts.ts';
import { freeAddresses, freeSubnet, segmentOf } from '../free-addresses.ts';
import { pairsOf, scalarsOf, valueOf } from '../syntax/tree.ts';
import type { Completion } from './completion.ts';
import { nodeOfSlot, type CompletionRequest } from './request.ts';

/** Values: names of the file where names are expected, else the schema's words, defaults and examples. */
export function completeValues(request: CompletionRequest): Completion[] {
  const named = namesFor(request);
  return named.length > 0 ? named : wordsFor(request);
}

function namesFor(request: CompletionRequest): Completion[] {
  const { slot, setting, facts } = request;
  const { path } = slot;
  const isItem = typeof path.at(-1) === 'number';
  switch (setting.id) {
    case 'service.vip':
      return vips(request);
    case 'service.servers':
      return isItem ? nodes(request, ['server'], listed(request)) : [];
    case 'service.director':
      return nodes(request, ['director']);
    case 'service.directors':
      return isItem ? nodes(request, ['director'], listed(request)) : [];
    case 'segments':
    case 'segments.subnet':
      return path.length === 2 || setting.id.endsWith('subnet')
        ? [address(`${formatIpv4(freeSubnet(facts))}/24`)]
        : [];
    case 'nodes.at':
    case 'nodes.at.address':
      return path.length >= 4 ? addresses(request, String(path[3])) : [];
    case 'nodes.gateway':
      return neighbours(request);
    case 'nodes.routes':
      return path.length === 4 ? neighbours(request) : [];
    case 'nodes.nat':
      return (nodeOfSlot(request)?.interfaces ?? []).map(({ segment }) => ({
        label: segment,
        kind: 'segment',
        insert: segment,
      }));
    case 'traffic.from':
      return nodes(request, ['client'], isItem ? listed(request) : []);
    case 'events.stop':
    case 'events.crash':
    case 'events.start':
    case 'events.pause':
      return facts.nodes.map((node) => nodeCompletion(node, node.interfaces[0]?.address));
    case 'events.down':
    case 'events.up':
      return facts.nodes.flatMap((node) =>
        node.interfaces.map(({ segment, address }) => {
          const label = `${node.name}.${segment}`;
          return { ...nodeCompletion(node, address), label, insert: label };
        }),
      );
    case 'traffic.to':
      return [
        ...facts.services.map(({ name }): Completion => ({ label: name, kind: 'service', insert: name })),
        ...nodes(request, ['server']),
      ];
    default:
      return [];
  }
}

function nodes(
  { facts }: CompletionRequest,
  roles: readonly string[],
  but: readonly string[] = [],
): Completion[] {
  return facts.nodes
    .filter(({ name, role }) => roles.includes(role ?? '') && !but.includes(name))
    .map((node) => nodeCompletion(node, node.interfaces[0]?.address));
}

function nodeCompletion({ name }: NodeFacts, address: Ipv4 | undefined): Completion {
  return {
    label: name,
    kind: 'node',
    insert: name,
    ...(address !== undefined && { detail: formatIpv4(address) }),
  };
}

/** Names that stand in the same list already. */
function listed({ slot }: CompletionRequest): string[] {
  return scalarsOf(slot.pair?.value).map(({ text }) => text);
}

/** Who shares a segment, routers first: nobody else can be a next hop. */
function neighbours(request: CompletionRequest): Completion[] {
  const node = nodeOfSlot(request);
  if (!node) return [];
  const own = new Set(node.interfaces.map(({ segment }) => segment));
  const rank = ({ role }: NodeFacts) => (role === 'router' ? 0 : role === 'director' ? 1 : 2);
  return request.facts.nodes
    .filter((other) => other.name !== node.name && rank(other) < 2)
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((other) => {
      const shared = other.interfaces.find(({ segment }) => own.has(segment));
      return shared ? [nodeCompletion(other, shared.address)] : [];
    });
}

function addresses(request: CompletionRequest, segmentName: string): Completion[] {
  const segment = segmentOf(request.facts, segmentName);
  if (!segment) return [];
  return freeAddresses(request.facts, segment, nodeOfSlot(request)?.role ?? '', 5).map((free) =>
    address(formatIpv4(free), segmentName),
  );
}

/** On the segments of the directors, or on any. */
function vips({ facts }: CompletionRequest): Completion[] {
  const near = facts.nodes
    .filter(({ role }) => role === 'director')
    .flatMap(({ interfaces }) => interfaces.map(({ segment }) => segment));
  const segments = facts.segments.filter(({ name }) => near.length === 0 || near.includes(name));
  return segments.flatMap((segment) =>
    freeAddresses(facts, segment, 'vip', 3).map((free) => address(formatIpv4(free), segment.name)),
  );
}

function address(text: string, detail?: string): Completion {
  return { label: text, kind: 'address', insert: text, ...(detail && { detail }) };
}

function wordsFor({ slot, setting, translate }: CompletionRequest): Completion[] {
  const { id, choices, types, examples, default: fallback } = setting;
  const isItem = typeof slot.path.at(-1) === 'number';
  const isList = types.includes('array') && !isItem;
  if (choices.length > 0 && !isList) {
    const siblings = isItem ? scalarsOf(slot.pair?.value).map(({ text }) => text) : [];
    return choices
      .filter((choice) => !siblings.includes(choice))
      .map((choice) => {
        const documentation = choiceText(id, choice, translate);
        const isDefault = fallback === choice;
        return {
          label: choice,
          kind: 'choice',
          insert: choice,
          ...(isDefault && { detail: translate('language.is-default') }),
          ...(documentation && { documentation }),
        };
      });
  }
  if (types.includes('boolean')) return ['true', 'false'].map((word) => value(word));
  if (types.includes('object') || isList) return [];
  const known = [...(fallback === undefined ? [] : [fallback]), ...examples, ...usualPorts(id, slot.map)];
  return [...new Set(known.map(String))].map((text) => value(text));
}

function usualPorts(id: string, map: CompletionRequest['slot']['map']): readonly string[] {
  if (!id.endsWith('port') && id !== 'nodes.listen') return [];
  // A server of the same list may have told its port already.
  const others = pairsOf(map).flatMap((pair) => scalarsOf(valueOf(pair.value, 'port')));
  return [...others.map(({ text }) => text), '80', '8080'];
}

function value(text: string): Completion {
  return { label: text, kind: 'value', insert: text };
}
