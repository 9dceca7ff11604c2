import type { ServiceConfig } from '../../forwarder/config.ts';
import type { ServiceModel } from '../../models/models.ts';
import { asIpv4, formatIpv4, prefixMask } from '../../packet/address.ts';
import type { Plan } from '../topology/plan.ts';
import { remark, wholeSeconds, type DirectorNode, type Line } from './said.ts';
import { settableTimeouts, unsaidOfDirector, unsaidOfLab, unsaidTimes } from './unsaid.ts';

const methods: Readonly<Record<ServiceModel, string>> = { dnat: '-m', dr: '-g', tun: '-i' };

/** The director's services as `ipvsadm -Sn` writes them and `ipvsadm -R` reads them (ipvsadm(8)). */
export function ipvsadmLines(plan: Plan, director: DirectorNode): Line[] {
  const { name, forwarder } = director;
  const timeouts = settableTimeouts(forwarder);
  return [
    remark('ipvsadm', { name }),
    remark('besides', { name }),
    ...(timeouts ? [remark('set', { command: `ipvsadm --set ${timeouts.join(' ')}` })] : []),
    ...(forwarder.redundancy ? [remark('vrrp')] : []),
    ...unsaidOfDirector(director),
    ...unsaidTimes(director),
    ...unsaidOfLab(plan),
    ...forwarder.services.flatMap(serviceLines),
  ];
}

function serviceLines(service: ServiceConfig): Line[] {
  const { vip, protocol, port, scheduler, schedulerFlags = [], persistence, tunnel, model } = service;
  const target = `${protocol === 'udp' ? '-u' : '-t'} ${formatIpv4(vip)}:${port}`;
  const flags = schedulerFlags.map((flag) => `${scheduler}-${flag}`).join(',');
  const add = [
    `-A ${target} -s ${scheduler}`,
    ...(persistence ? [`-p ${wholeSeconds(persistence.timeout)}`] : []),
    ...(persistence && persistence.prefixLength < 32 ? [`-M ${netmask(persistence.prefixLength)}`] : []),
    ...(flags === '' ? [] : [`-b ${flags}`]),
  ];
  const gue = tunnel ? ` --tun-type gue --tun-port ${tunnel.port}` : '';
  return [
    `# ${service.name}`,
    add.join(' '),
    ...service.servers.map(
      (server) =>
        `-a ${target} -r ${formatIpv4(server.address)}:${server.port} ${methods[model]} -w ${server.weight}${gue}`,
    ),
  ];
}

export function netmask(prefixLength: number): string {
  return formatIpv4(asIpv4(prefixMask(prefixLength)));
}
