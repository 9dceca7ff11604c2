import { formatIpv4, formatMac } from '../../packet/address.ts';
import { offloadsOff, reachableRoutes } from '../agent-wire/interface-settings.ts';
import { AGENT_FOLDER } from '../agent-wire/paths.ts';
import type { PlannedNode } from '../topology/plan.ts';

/** The Linux device of a node's interface, or of a segment's port, by its place. `eth0` is containerlab's own. */
export function deviceAt(index: number): string {
  return `eth${index + 1}`;
}

/**
 * What makes a container with bare interfaces into a node of the plan, one command a line: containerlab splits it into
 * words and runs no shell. The last one has the node's agent look at all that, and start its servers and its forwarder.
 */
export function nodeCommands(node: PlannedNode): string[] {
  const interfaces = node.interfaces.flatMap(({ mac, mtu, address, prefixLength, down }, index) => {
    const device = deviceAt(index);
    return [
      ['ethtool', ...offloadsOff(device)].join(' '),
      `ip link set dev ${device} down`,
      `ip link set dev ${device} address ${formatMac(mac)}`,
      `ip link set dev ${device} mtu ${mtu}`,
      `ip address add ${formatIpv4(address)}/${prefixLength} broadcast + dev ${device}`,
      ...(down ? [] : [`ip link set dev ${device} up`]),
    ];
  });
  return [
    ...interfaces,
    ...node.loopback.map((address) => `ip address add ${formatIpv4(address)}/32 dev lo`),
    ...reachableRoutes(node).map(({ network, prefixLength, via }) => {
      const to = prefixLength === 0 ? 'default' : `${formatIpv4(network)}/${prefixLength}`;
      return `ip route add ${to} via ${formatIpv4(via)}`;
    }),
    `node ${AGENT_FOLDER}/agent.cjs configure`,
  ];
}

const BRIDGE = 'br0';

/** What makes a container with `ports` interfaces into a segment: a switch that has no address and learns no multicast. */
export function segmentCommands(ports: number): string[] {
  return [
    `ip link add name ${BRIDGE} type bridge mcast_snooping 0`,
    `ip link set dev ${BRIDGE} up`,
    ...Array.from({ length: ports }, (_, index) => `ip link set dev ${deviceAt(index)} master ${BRIDGE} up`),
  ];
}
