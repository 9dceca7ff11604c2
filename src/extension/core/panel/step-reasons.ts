import type { Flow, Hop, Journey } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Plan, PlannedService } from '../../../lab/topology/plan.ts';
import { tunnelOf, type ModelName } from '../../../models/models.ts';
import { formatIpv4 } from '../../../packet/address.ts';
import type { AskedField } from '../../../panel-protocol/predict.ts';

/** What a forwarder was to do with a packet: all that a reason depends on. */
export interface Step {
  readonly model: ModelName;
  readonly reply: boolean;
  readonly hop: Hop;
  /** Absent for nat, and for packets to no service of the plan. */
  readonly service: PlannedService | undefined;
}

export function stepOf(plan: Plan, flow: Flow, { direction }: Journey, hop: Hop): Step {
  const service = plan.services.find(
    ({ vip, port, protocol, director }) =>
      director === hop.from &&
      formatIpv4(vip) === flow.service.address &&
      port === flow.service.port &&
      protocol === flow.kind,
  );
  const isNat = plan.nodes.find(({ name }) => name === hop.from)?.forwarder?.nat !== undefined;
  const model = isNat ? 'nat' : (service?.model ?? plan.model);
  return { model, reply: direction === 'reply', hop, service: isNat ? undefined : service };
}

/** By the names that predictions have for them. */
const foretold: Readonly<Record<AskedField, RegExp>> = {
  'dst.mac': /^eth\.dst$/,
  'src.mac': /^eth\.src$/,
  'src.ip': /^ip\.src$/,
  'dst.ip': /^ip\.dst$/,
  'src.port': /^(tcp|udp)\.srcport$/,
  'dst.port': /^(tcp|udp)\.dstport$/,
  ttl: /^ip\.ttl$/,
  outer: /^ipip$/,
};

/** Why a field is what it is after the step; where the model foretells something else, that. */
export function reasonOf(field: AskedField, changed: boolean, step: Step, translate: Translate): string {
  const { hop, service } = step;
  const wrong = hop.expected.find((one) => !one.ok && foretold[field].test(one.field));
  if (wrong)
    return translate('panel.why.unexpected', {
      seen: wrong.observed || '–',
      expected: wrong.expected || '–',
    });
  return translate(`panel.why.${reasonKey(field, changed, step)}`, {
    node: hop.from,
    next: hop.to,
    tunnel: service ? tunnelOf(service).title : '',
  });
}

function reasonKey(field: AskedField, changed: boolean, step: Step): string {
  const { model, reply, service } = step;
  switch (field) {
    case 'dst.mac':
      return model === 'dr' && !reply ? 'dr.dst-mac' : 'next-hop';
    case 'src.mac':
      return 'sender';
    case 'ttl':
      return changed ? 'ttl' : 'ttl-kept';
    case 'outer':
      return model === 'tun' && !reply ? 'tun.outer' : 'no-outer';
    default:
      break;
  }
  // What a director that does not translate passes on besides.
  if (model !== 'nat' && !service) return 'passed-on';
  const isPort = field.endsWith('port');
  switch (model) {
    case 'dr':
      return reply ? 'passed-on' : isPort ? 'dr.ports' : 'dr.addresses';
    case 'tun':
      return reply ? 'passed-on' : 'tun.inner';
    case 'dnat':
      return `dnat.${reply ? 'reply' : 'request'}.${dnatKey(field, step)}`;
    case 'nat':
      return `nat.${reply ? 'reply' : 'request'}.${field.replace('.', '-')}`;
  }
}

/** Whether a field of the packet tells of the client, not of the service. */
function isClientSide(field: AskedField, reply: boolean): boolean {
  return field.startsWith(reply ? 'dst' : 'src');
}

/** Whether the model writes the field, be it with the value that it had. */
export function isWritten(field: AskedField, { model, reply, service }: Step): boolean {
  if (!/(ip|port)$/.test(field)) return false;
  if (model === 'nat') return isClientSide(field, reply);
  return model === 'dnat' && service !== undefined && (service.snat || !isClientSide(field, reply));
}

/** The server's side of the packet depends on whether the director shows itself there. */
function dnatKey(field: AskedField, { reply, service }: Step): string {
  const name = field.replace('.', '-');
  return isClientSide(field, reply) ? `${name}.${service!.snat ? 'snat' : 'plain'}` : name;
}
