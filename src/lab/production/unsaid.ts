import { hidesClient, models } from '../../models/models.ts';
import { IPVS_TIMEOUTS, type ServiceConfig, type Timeouts } from '../../forwarder/config.ts';
import { formatIpv4 } from '../../packet/address.ts';
import type { Plan } from '../topology/plan.ts';
import { DEFAULT_MAX_CONNECTIONS } from '../topology/plan-nodes.ts';
import { remark, wholeSeconds, type DirectorNode, type Remark } from './said.ts';

/** What of a lab is no configuration of any machine. */
export function unsaidOfLab({ nodes, events }: Plan): Remark[] {
  const troubled = nodes.flatMap(({ name, interfaces }) =>
    interfaces
      .filter(({ loss, delayNs, drop, down }) => loss > 0 || delayNs > 0 || drop.length > 0 || down)
      .map(({ segment }) => `${name}.${segment}`),
  );
  return [
    ...(troubled.length > 0 ? [remark('links', { interfaces: troubled.join(', ') })] : []),
    ...(events ? [remark('events')] : []),
  ];
}

/** What a director does that no IPVS does by itself. */
export function unsaidOfDirector({ name, forwarder }: DirectorNode): Remark[] {
  const { services, noEntry, decrementTtl, clampMss, maxConnections } = forwarder;
  return [
    ...services.filter(mapsPortInVain).map((service) => remark('ports', { name: service.name })),
    ...services.filter(hidesClient).map((service) => remark('snat', snatParams(service))),
    ...(noEntry === 'drop' ? [remark('no-entry', { name })] : []),
    ...(decrementTtl ? [] : [remark('ttl', { name })]),
    ...(clampMss === undefined ? [] : [remark('mss', { name })]),
    ...(maxConnections === DEFAULT_MAX_CONNECTIONS ? [] : [remark('limit', { name, limit: maxConnections })]),
  ];
}

/** Times that IPVS takes in whole seconds, or not at all. */
export function unsaidTimes({ name, forwarder: { services, timeouts } }: DirectorNode): Remark[] {
  const rounded = (whose: string, key: string, milliseconds: number): Remark[] =>
    milliseconds % 1000 === 0
      ? []
      : [remark('rounded', { name: whose, key, seconds: wholeSeconds(milliseconds) })];
  const fixed = (Object.keys(IPVS_TIMEOUTS) as (keyof Timeouts)[]).filter(
    (state) => !SETTABLE.includes(state) && timeouts[state] !== IPVS_TIMEOUTS[state],
  );
  return [
    ...services.flatMap((service) => rounded(service.name, 'persistence', service.persistence?.timeout ?? 0)),
    ...SETTABLE.flatMap((state) => rounded(name, state, timeouts[state])),
    ...(fixed.length > 0 ? [remark('timeouts', { name, states: fixed.join(', ') })] : []),
  ];
}

/** What `ipvsadm --set` takes (ipvsadm(8)), in its order. */
const SETTABLE: readonly (keyof Timeouts)[] = ['established', 'finWait', 'udp'];

/** Seconds for `ipvsadm --set`; undefined when they are IPVS's own. */
export function settableTimeouts({ timeouts }: DirectorNode['forwarder']): number[] | undefined {
  if (SETTABLE.every((state) => timeouts[state] === IPVS_TIMEOUTS[state])) return undefined;
  return SETTABLE.map((state) => wholeSeconds(timeouts[state]));
}

/** Where nothing of the packet is written anew, a server's own port is a mistake that IPVS and keepalived correct. */
function mapsPortInVain({ model, port, servers }: ServiceConfig): boolean {
  return !models[model].translates && servers.some((server) => server.port !== port);
}

function snatParams({ name, vip, protocol, port, ports }: ServiceConfig): Remark['params'] {
  const which = `-p ${protocol} -m ipvs --vaddr ${formatIpv4(vip)} --vport ${port}`;
  const command = `iptables -t nat -A POSTROUTING ${which} -j MASQUERADE --to-ports ${ports.first}-${ports.last}`;
  return { name, command };
}
