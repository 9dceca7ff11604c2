import { hidesClient, models } from '../../models/models.ts';
import type { ForwarderConfig } from '../../forwarder/config.ts';
import { formatIpv4, inSubnet } from '../../packet/address.ts';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import { deviceOf, remark, type Line, type Remark } from './said.ts';
import { unsaidOfDirector, unsaidOfLab } from './unsaid.ts';

/**
 * What the kernels of these nodes need, as sysctl.conf(5) has it, a node under its name; what is no sysctl is a command in
 * a comment, behind `$`. Names and meaning: ip-sysctl.rst and ipvs-sysctl.rst of Linux.
 */
export function sysctlLines(plan: Plan, nodes: readonly PlannedNode[]): Line[] {
  const parts = nodes.map((node) => ({ node, needs: needsOf(node) }));
  return [
    remark('sysctl'),
    remark('devices-of-all'),
    ...unsaidOfLab(plan),
    ...parts.flatMap(({ node, needs }): Line[] => [
      `# node: ${node.name}`,
      ...(needs.length > 0 ? needs : [remark('nothing')]),
    ]),
  ];
}

function needsOf(node: PlannedNode): Line[] {
  const { forwarder, role, sysctls } = node;
  if (forwarder && role === 'director') return ofDirector(node, forwarder);
  if (forwarder?.nat) return ofNat(node, forwarder.nat);
  return [
    ...(sysctls.ip_forward === 1 ? ['net.ipv4.ip_forward = 1'] : []),
    ...(node.loopback.length > 0 ? ofVipHolder(node) : sysctls.rp_filter === 0 ? [] : pathFilter(node, [])),
  ];
}

function ofDirector(node: PlannedNode, forwarder: ForwarderConfig): Line[] {
  const { services, redundancy, connReuseMode, onRemove, expireQuiescentTemplate, sloppyTcp } = forwarder;
  const vips = redundancy ? [] : [...new Set(services.map(({ vip }) => vip))];
  const translates = services.some(({ model }) => models[model].translates);
  return [
    ...(redundancy ? [remark('vip-by-vrrp')] : []),
    ...vips.map((vip) => {
      const index = node.interfaces.findIndex(({ address, prefixLength }) =>
        inSubnet(vip, address, prefixLength),
      );
      return command(`ip address add ${formatIpv4(vip)}/32 dev ${index < 0 ? 'lo' : deviceOf(index)}`);
    }),
    // Only replies are forwarded by the kernel; a server beside the client must not be told of a shorter way.
    ...(translates
      ? [
          'net.ipv4.ip_forward = 1',
          ...everywhere(node).map((device) => `net.ipv4.conf.${device}.send_redirects = 0`),
        ]
      : []),
    ...(services.some(hidesClient) ? ['net.ipv4.vs.conntrack = 1'] : []),
    `net.ipv4.vs.conn_reuse_mode = ${connReuseMode}`,
    `net.ipv4.vs.expire_nodest_conn = ${onRemove === 'reset' ? 1 : 0}`,
    `net.ipv4.vs.expire_quiescent_template = ${expireQuiescentTemplate ? 1 : 0}`,
    `net.ipv4.vs.sloppy_tcp = ${sloppyTcp ? 1 : 0}`,
    ...unsaidOfDirector({ ...node, forwarder }),
  ];
}

function ofVipHolder(node: PlannedNode): Line[] {
  const { sysctls, decapsulate, guePorts = [] } = node;
  return [
    `net.ipv4.conf.all.arp_ignore = ${sysctls.arp_ignore}`,
    `net.ipv4.conf.all.arp_announce = ${sysctls.arp_announce}`,
    ...(decapsulate
      ? [
          command('modprobe ipip'),
          command('ip link set dev tunl0 up'),
          ...(guePorts.length > 0 ? [command('modprobe fou')] : []),
          ...guePorts.map((port) => command(`ip fou add port ${port} gue`)),
        ]
      : []),
    ...node.loopback.map((vip) => command(`ip address add ${formatIpv4(vip)}/32 dev lo`)),
    ...pathFilter(node, decapsulate ? ['tunl0'] : []),
  ];
}

function ofNat(node: PlannedNode, { outside }: NonNullable<ForwarderConfig['nat']>): Line[] {
  const masquerade = `iptables -t nat -A POSTROUTING -o ${deviceOf(outside)} -j MASQUERADE`;
  return [
    'net.ipv4.ip_forward = 1',
    command(masquerade),
    remark('nat', { name: node.name }),
    ...unsaidOfNat(node),
  ];
}

function unsaidOfNat(node: PlannedNode): Remark[] {
  return node.forwarder ? unsaidOfDirector({ ...node, forwarder: node.forwarder }) : [];
}

/** The kernel takes the larger one of `all` and the device's own. */
function pathFilter(node: PlannedNode, more: readonly string[]): string[] {
  const value = node.sysctls.rp_filter;
  const places = value === 0 ? [...everywhere(node), ...more] : ['all'];
  return places.map((device) => `net.ipv4.conf.${device}.rp_filter = ${value}`);
}

function everywhere({ interfaces }: PlannedNode): string[] {
  return ['all', ...interfaces.map((_, index) => deviceOf(index))];
}

function command(text: string): string {
  return `# $ ${text}`;
}
