import { portPools } from '../../forwarder/addresses.ts';
import type { PlannedNode } from '../topology/plan.ts';
import { formatIpv4 } from '../../packet/address.ts';
import { droppedProtocols } from './dropped.ts';

const TABLE = 'lb_lab';

/**
 * The nftables rules of a node, as `nft -f -` reads them: made of numbers and device names of our own only. The tables
 * are replaced in one transaction and no other table is touched, for Docker keeps its own in every container.
 *
 * What the forwarder's port pools take must not reach the kernel, which knows no such connection and would reset it;
 * a packet socket sees a frame before `raw` does. With a decapsulator in user space the kernel must not answer
 * protocol 4, nor GUE. Dropped protocols go at ingress: behind the capture (and behind the forwarder, which leaves them out by
 * itself), before everything else.
 */
export function ruleset(
  node: PlannedNode,
  deviceOf: (segment: string) => string | undefined,
  ownDecapsulator: boolean,
): string {
  const raw = pooled(node);
  const ip: string[] = [];
  if (raw.length > 0) ip.push(...chain('pools', 'type filter hook prerouting priority -300;', raw));
  if (ownDecapsulator) ip.push(...chain('tunnel', 'type filter hook input priority 0;', tunnelled(node)));
  const netdev: string[] = [];
  for (const planned of node.interfaces) {
    const device = deviceOf(planned.segment);
    if (device === undefined || planned.drop.length === 0) continue;
    const rules = droppedProtocols(planned).map((protocol) => `ip protocol ${protocol} drop`);
    netdev.push(...chain(`in_${device}`, `type filter hook ingress device "${device}" priority 0;`, rules));
  }
  return tables(ip, netdev);
}

/** What is in force where nothing was ever applied. */
export const NO_RULES = tables([], []);

function tables(ip: readonly string[], netdev: readonly string[]): string {
  const emptied = [...replaced('ip'), ...replaced('netdev')];
  const lines = [...emptied, `table ip ${TABLE} {`, ...ip, '}', `table netdev ${TABLE} {`, ...netdev, '}'];
  return `${lines.join('\n')}\n`;
}

/** Naming a table before deleting it makes the deletion work whether it was there or not. */
function replaced(family: 'ip' | 'netdev'): string[] {
  return [`table ${family} ${TABLE}`, `delete table ${family} ${TABLE}`];
}

function chain(name: string, hook: string, rules: readonly string[]): string[] {
  return [` chain ${name} {`, `  ${hook} policy accept;`, ...rules.map((rule) => `  ${rule}`), ' }'];
}

function tunnelled({ guePorts = [] }: PlannedNode): string[] {
  return ['ip protocol 4 drop', ...guePorts.map((port) => `udp dport ${port} drop`)];
}

function pooled({ forwarder }: PlannedNode): string[] {
  if (!forwarder) return [];
  const rules = portPools(forwarder).flatMap(({ address, ports }) =>
    (['tcp', 'udp'] as const).map(
      (protocol) => `ip daddr ${formatIpv4(address)} ${protocol} dport ${ports.first}-${ports.last} drop`,
    ),
  );
  return [...new Set(rules)];
}
