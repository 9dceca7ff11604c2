import type { ServiceConfig } from '../../forwarder/config.ts';
import type { RedundancyConfig } from '../../forwarder/vrrp/speaker.ts';
import type { ServiceModel } from '../../models/models.ts';
import { formatIpv4 } from '../../packet/address.ts';
import type { Plan } from '../topology/plan.ts';
import { netmask } from './ipvsadm.ts';
import { deviceOf, remark, wholeSeconds, type DirectorNode, type Line } from './said.ts';
import { settableTimeouts, unsaidOfDirector, unsaidOfLab, unsaidTimes } from './unsaid.ts';

const kinds: Readonly<Record<ServiceModel, string>> = { dnat: 'NAT', dr: 'DR', tun: 'TUN' };

/** The director's keepalived.conf (keepalived.conf(5)): its services and, where others stand in for it, its virtual router. */
export function keepalivedLines(plan: Plan, director: DirectorNode): Line[] {
  const { name, forwarder } = director;
  const { redundancy, services } = forwarder;
  const timeouts = settableTimeouts(forwarder);
  const globals = [
    ...(redundancy ? ['  vrrp_version 3'] : []),
    ...(timeouts ? [`  lvs_timeouts tcp ${timeouts[0]} tcpfin ${timeouts[1]} udp ${timeouts[2]}`] : []),
  ];
  const drained = services.filter(({ servers }) => servers.every(({ weight }) => weight === 0));
  return [
    remark('keepalived', { name }),
    remark('besides', { name }),
    ...(redundancy ? [remark('devices', { name }), ...announceRemarks(redundancy)] : []),
    ...drained.map((service) => remark('drained', { name: service.name })),
    ...unsaidOfDirector(director),
    ...unsaidTimes(director),
    ...unsaidOfLab(plan),
    ...(globals.length > 0 ? ['global_defs {', ...globals, '}'] : []),
    ...(redundancy ? instance(name, redundancy) : []),
    ...services.flatMap(serviceLines),
  ];
}

function serviceLines(service: ServiceConfig): Line[] {
  const { vip, protocol, port, scheduler, schedulerFlags = [], persistence, tunnel, model } = service;
  const kind = `${kinds[model]}${tunnel ? ` type gue port ${tunnel.port}` : ''}`;
  return [
    `# ${service.name}`,
    `virtual_server ${formatIpv4(vip)} ${port} {`,
    `  protocol ${protocol.toUpperCase()}`,
    `  lb_algo ${scheduler}`,
    ...schedulerFlags.map((flag) => `  ${scheduler}-${flag}`),
    `  lb_kind ${kind}`,
    ...(persistence ? [`  persistence_timeout ${wholeSeconds(persistence.timeout)}`] : []),
    ...(persistence && persistence.prefixLength < 32
      ? [`  persistence_granularity ${netmask(persistence.prefixLength)}`]
      : []),
    ...service.servers.flatMap((server) => [
      `  real_server ${formatIpv4(server.address)} ${server.port} {`,
      `    weight ${server.weight}`,
      '  }',
    ]),
    '}',
  ];
}

/** All begin as BACKUP, as `nopreempt` asks for: who has the highest priority takes the addresses. */
function instance(name: string, redundancy: RedundancyConfig): string[] {
  const { id, priority, interval, preempt, announce, port, addresses } = redundancy;
  return [
    `vrrp_instance ${name} {`,
    '  version 3',
    '  state BACKUP',
    `  interface ${deviceOf(port)}`,
    `  virtual_router_id ${id}`,
    `  priority ${priority}`,
    `  advert_int ${interval / 1000}`,
    ...(preempt ? [] : ['  nopreempt']),
    `  garp_master_repeat ${Math.max(1, announce.repeat)}`,
    `  garp_master_delay ${Math.ceil(announce.delay / 1000)}`,
    ...(announce.refresh > 0 ? [`  garp_master_refresh ${Math.ceil(announce.refresh / 1000)}`] : []),
    '  virtual_ipaddress {',
    ...addresses.map((one) => `    ${formatIpv4(one.address)}/32 dev ${deviceOf(one.port)}`),
    '  }',
    '}',
  ];
}

/** keepalived takes whole seconds, and announces at least once. */
function announceRemarks({ announce: { repeat, delay } }: RedundancyConfig): Line[] {
  return [
    ...(repeat === 0 ? [remark('garp')] : []),
    ...(delay % 1000 === 0
      ? []
      : [remark('rounded', { name: 'vrrp', key: 'garp.delay', seconds: Math.ceil(delay / 1000) })]),
  ];
}
