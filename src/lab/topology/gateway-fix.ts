import { neighbourInterface, type Network, type NetworkNode } from './network.ts';
import type { Fix } from './problem.ts';

/** The neighbours that may be a node's gateway, the preferred one first, and the edit that takes the first of them. */
export function gatewayFix(
  network: Network,
  name: string,
  preferred?: string,
): { readonly gateways: readonly string[]; readonly edit?: Fix } {
  const node = network.nodes.get(name);
  if (!node) return { gateways: [] };
  const gateways = neighbours(network, node, preferred);
  const gateway = gateways[0];
  if (gateway === undefined || node.settings.gateway !== undefined) return { gateways };
  const { places } = network.document;
  const { start, end } = places.value(node.path);
  const written = places.text.slice(start.offset, end.offset);
  const isFlow = written.startsWith('{');
  const body = isFlow ? written.replace(/[\s,]*\}\s*$/, '') : written.trimEnd();
  const at = places.position(start.offset + body.length);
  const text = isFlow ? `, gateway: ${gateway}` : `\n${' '.repeat(start.column - 1)}gateway: ${gateway}`;
  return { gateways, edit: { kind: 'insert', range: { start: at, end: at }, text } };
}

function neighbours(network: Network, node: NetworkNode, preferred: string | undefined): string[] {
  return [...network.nodes.values()]
    .filter((other) => other.settings.role === 'router' || other.name === preferred)
    .filter((other) => {
      const port = neighbourInterface(node, other);
      // A NAT router is nobody's way in from outside.
      return port !== undefined && port.segment !== other.settings.nat;
    })
    .sort((a, b) => Number(b.name === preferred) - Number(a.name === preferred))
    .map((other) => other.name);
}
