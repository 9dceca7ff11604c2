import { formatIpv4 } from '../../../../packet/address.ts';
import type { Facts, NodeFacts, SegmentFacts } from '../facts.ts';
import { freeAddresses, segmentOf } from '../free-addresses.ts';
import { escapeSnippet } from './completion.ts';

export type NodeRole = 'client' | 'router' | 'director' | 'server';

/** What the next node of a role would be called: `rs3` after `rs1` and `rs2`. */
export function nodeName({ nodes }: Facts, role: NodeRole): string {
  const taken = new Set(nodes.map(({ name }) => name));
  const stem = role === 'server' ? 'rs' : role;
  if (role !== 'server' && !taken.has(stem) && !taken.has(`${stem}1`)) return stem;
  let number = role === 'server' ? 1 : 2;
  while (taken.has(`${stem}${number}`)) number++;
  return `${stem}${number}`;
}

/** The node after its name, on one line, placed as the others of its role are. A snippet from its second stop on. */
export function nodeBody(facts: Facts, role: NodeRole): string {
  const peer = facts.nodes.find((node) => node.role === role);
  const segments = role === 'router' ? facts.segments : homeOf(facts, role, peer);
  const ports = segments.map((segment, index) => {
    const [address] = freeAddresses(facts, segment, role, 1);
    const text = address === undefined ? '' : formatIpv4(address);
    return `${escapeSnippet(segment.name)}: \${${index + 2}:${text}}`;
  });
  const at = ports.length > 0 ? ports.join(', ') : '$2';
  const gateway = peer?.gateway?.text ?? facts.nodes.find((node) => node.role === 'router')?.name;
  const way = gateway === undefined || role === 'router' ? '' : `, gateway: ${escapeSnippet(gateway)}`;
  return `{ role: ${role}, at: { ${at} }${way} }`;
}

/** Clients come first in a file and so do their segments; whoever serves stands behind the last router. */
function homeOf(facts: Facts, role: NodeRole, peer: NodeFacts | undefined): SegmentFacts[] {
  const known = segmentOf(facts, peer?.interfaces[0]?.segment ?? '');
  const usual = role === 'client' ? facts.segments[0] : facts.segments.at(-1);
  const segment = known ?? usual;
  return segment ? [segment] : [];
}
