import { formatIpv4 } from '../../../../packet/address.ts';
import { freeAddresses, freeSubnet } from '../free-addresses.ts';
import { escapeSnippet, type Completion } from './completion.ts';
import { nodeBody } from './new-node.ts';
import { nodeOfSlot, type CompletionRequest } from './request.ts';

/** A whole map or list on the line of its key, where one is expected. */
export function startCollection(request: CompletionRequest): Completion[] {
  const { slot, setting, facts } = request;
  const { path } = slot;
  switch (setting.id) {
    case 'nodes':
      if (path.length !== 2) return [];
      return (['client', 'router', 'director', 'server'] as const).map((role) =>
        snippet(`{ role: ${role}, … }`, nodeBody(facts, role)),
      );
    case 'nodes.at':
      if (path.length !== 3) return [];
      return facts.segments.flatMap((segment) => {
        const [address] = freeAddresses(facts, segment, nodeOfSlot(request)?.role ?? '', 1);
        if (address === undefined) return [];
        const { name } = segment;
        const text = formatIpv4(address);
        return [snippet(`{ ${name}: ${text} }`, `{ ${escapeSnippet(name)}: \${1:${text}} }`)];
      });
    case 'segments': {
      if (path.length !== 2) return [];
      const subnet = `${formatIpv4(freeSubnet(facts))}/24`;
      return [snippet(`{ subnet: ${subnet}, mtu: … }`, `{ subnet: \${1:${subnet}}, mtu: \${2:1500} }`)];
    }
    case 'service.servers': {
      const isServers = path.at(-1) === 'servers';
      const servers = facts.nodes.filter(({ role }) => role === 'server').map(({ name }) => name);
      if (!isServers || servers.length === 0) return [];
      const list = `[${servers.join(', ')}]`;
      return [{ label: list, kind: 'value', insert: list }];
    }
    default:
      return [];
  }
}

function snippet(label: string, insert: string): Completion {
  return { label, kind: 'snippet', insert, isSnippet: true };
}
