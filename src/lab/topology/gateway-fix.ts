import { neighbourInterface, type Network, type NetworkNode } from './network.ts';
import type { Fix } from './problem.ts';

/** An edit that gives a node a gateway: the preferred neighbour, else a router beside it. */
export function gatewayFix(
  network: Network,
  name: string,
  preferred?: string,
): { readonly gateway: string; readonly edit: Fix } | undefined {
  const node = network.nodes.get(name);
  if (!node || node.settings.gateway !== undefined) return undefined;
  const gateway = neighbours(network, node, preferred)[0];
  if (gateway === undefined) return undefined;
  const { places } = network.document;
  const { start, end } = places.value(node.path);
  const written = places.text.slice(start.offset, end.offset);
  const isFlow = written.startsWith('{');
  const body = isFlow ? written.replace(/[\s,]*\}\s*$/, '') : written.trimEnd();
  const at = places.position(start.offset + body.length);
  const text = isFlow ? `, gateway: ${gateway}` : `\n${' '.repeat(start.column - 1)}gateway: ${gateway}`;
  return { gateway, edit: { kind: 'insert', range: { start: at, end: at }, text } };
}

function neighbours(network: Network, node: NetworkNode, preferred: string | undefined): string[] {
  return [...network.nodes.values()]
    .filter((other) => other.settings.role === 'router' || other.name === preferred)
    .filter((other) => neighbourInterface(node, other) !== undefined)
    .sort((a, b) => Number(b.name === preferred) - Number(a.name === preferred))
    .map((other) => other.name);
}
