import { formatIpv4 } from '../../../../packet/address.ts';
import { freeAddresses, freeSubnet, segmentOf } from '../free-addresses.ts';
import { escapeSnippet, type Completion } from './completion.ts';
import { nodeBody, nodeName } from './new-node.ts';
import { nodeOfSlot, type CompletionRequest } from './request.ts';

/** Keys that the author chooses: names of what is there, or a whole entry for what is not. */
export function completeNames(request: CompletionRequest): Completion[] {
  const { slot } = request;
  const [top, , third] = slot.path;
  if (slot.hasColon && third === undefined) return [];
  if (slot.path.length === 1) {
    if (top === 'nodes') return newNodes(request);
    if (top === 'segments') return [newSegment(request)];
    if (top === 'services') return [newService(request)];
    return top === 'traffic' ? [newTraffic(request)] : [];
  }
  const below = top === 'service' ? slot.path.slice(1) : slot.path.slice(2);
  if (below.length !== 1) return [];
  if (top === 'nodes' && below[0] === 'at') return segmentsToJoin(request);
  if (top === 'nodes' && below[0] === 'routes') return subnetsToReach(request);
  return below[0] === 'servers' ? serverEntries(request) : [];
}

function newNodes({ facts, translate }: CompletionRequest): Completion[] {
  return (['client', 'router', 'director', 'server'] as const).map((role) => ({
    label: nodeName(facts, role),
    kind: 'snippet',
    insert: `\${1:${nodeName(facts, role)}}: ${nodeBody(facts, role)}`,
    isSnippet: true,
    detail: translate('language.new-node', { role }),
  }));
}

function newSegment({ facts, translate }: CompletionRequest): Completion {
  const name = ['outside', 'inside', 'front', 'back'].find((word) => !segmentOf(facts, word)) ?? 'segment';
  return {
    label: name,
    kind: 'snippet',
    insert: `\${1:${name}}: \${2:${formatIpv4(freeSubnet(facts))}/24}`,
    isSnippet: true,
    detail: translate('language.new-segment'),
  };
}

function newService({ facts, translate }: CompletionRequest): Completion {
  const director = facts.nodes.find(({ role }) => role === 'director');
  const segment = segmentOf(facts, director?.interfaces[0]?.segment ?? '');
  const [vip] = segment ? freeAddresses(facts, segment, 'vip', 1) : [];
  const address = vip === undefined ? '10.0.2.100' : formatIpv4(vip);
  return {
    label: 'web',
    kind: 'snippet',
    insert: `\${1:web}:\n  vip: \${2:${address}}\n  port: \${3:80}\n  servers: [$0]`,
    isSnippet: true,
    detail: translate('language.new-service'),
  };
}

function newTraffic({ facts, translate }: CompletionRequest): Completion {
  const client = facts.nodes.find(({ role }) => role === 'client')?.name ?? 'client';
  return {
    label: '- { from: … }',
    kind: 'snippet',
    insert: `- { from: \${1:${escapeSnippet(client)}}, every: \${2:1s}, count: \${3:4} }`,
    isSnippet: true,
    detail: translate('language.new-traffic'),
  };
}

function segmentsToJoin(request: CompletionRequest): Completion[] {
  const { slot, facts, translate } = request;
  const node = nodeOfSlot(request);
  const joined = new Set(node?.interfaces.map(({ segment }) => segment));
  return facts.segments
    .filter(({ name }) => !joined.has(name))
    .map((segment) => {
      const [address] = freeAddresses(facts, segment, node?.role ?? '', 1);
      const text = address === undefined ? '' : formatIpv4(address);
      return {
        label: segment.name,
        kind: 'segment',
        insert: slot.hasColon ? segment.name : `${segment.name}: ${text}`,
        detail:
          text === '' ? translate('language.segment') : translate('language.free-address', { address: text }),
      };
    });
}

function subnetsToReach(request: CompletionRequest): Completion[] {
  const { slot, facts } = request;
  const own = new Set(nodeOfSlot(request)?.interfaces.map(({ segment }) => segment));
  const subnets = facts.segments.flatMap(({ name, subnet }) =>
    subnet && !own.has(name)
      ? [{ text: `${formatIpv4(subnet.network)}/${subnet.prefixLength}`, detail: name }]
      : [],
  );
  return [...subnets, { text: '0.0.0.0/0', detail: '' }].map(({ text, detail }) => ({
    label: text,
    kind: 'address',
    insert: slot.hasColon ? text : `${text}: `,
    ...(detail && { detail }),
    again: !slot.hasColon,
  }));
}

/** In a map of servers; a list of them is completed as values. */
function serverEntries({ slot, facts }: CompletionRequest): Completion[] {
  const present = new Set(slot.part === 'key' ? slot.map?.pairs.map(({ key }) => key.text) : []);
  return facts.nodes
    .filter(({ name, role }) => role === 'server' && !present.has(name))
    .map(({ name, interfaces }) => {
      const address = interfaces[0]?.address;
      return {
        label: name,
        kind: 'node',
        insert: slot.hasColon ? name : `${escapeSnippet(name)}: { weight: \${1:1} }`,
        isSnippet: !slot.hasColon,
        ...(address !== undefined && { detail: formatIpv4(address) }),
      };
    });
}
