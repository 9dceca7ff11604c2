import type { Flow, Hop, Journey } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import { models } from '../../../models/models.ts';
import { formatIpv4, formatMac, type Ipv4, type Mac } from '../../../packet/address.ts';
import { decodeFrame } from '../../../packet/decode.ts';
import { askedFields, type AskedField, type Guess, type StepField } from '../../../panel-protocol/predict.ts';
import { previousOf } from './hop-details.ts';
import type { ShownLab } from './shown-lab.ts';
import { isWritten, reasonOf, stepOf, type Step } from './step-reasons.ts';

/** What of a frame is asked. Ports are absent where the packet has none. */
interface Headers {
  readonly sourceMac: Mac;
  readonly destinationMac: Mac;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly ttl: number;
  readonly ports?: readonly [source: number, destination: number];
  readonly outer: string;
}

/**
 * What the sender of a hop did to the packet, by the bytes captured before and after it, with the reason of each.
 * Throws, with a text to show, where one of the frames is not kept any more.
 */
export function stepAnswer(
  lab: ShownLab,
  journey: Journey,
  number: number,
  translate: Translate,
): readonly StepField[] {
  const hop = journey.hops[number];
  const before = hop && previousOf(journey, number);
  const flow = lab.builder.flow(journey.flow);
  const came = before && headersOf(lab, before);
  const went = hop && headersOf(lab, hop);
  if (!hop || !flow || !came || !went) throw new Error(translate('panel.gone'));
  const plan = lab.plans.findLast(({ epoch }) => epoch <= journey.epoch)?.plan ?? lab.plan;
  const step = stepOf(plan, flow, journey, hop);
  return askedFields.flatMap((field) => {
    const [old, now] = [valueOf(came, field), valueOf(went, field)];
    if (old === undefined || now === undefined) return [];
    const right = rightOf(field, came, went, step, flow, plan);
    return [{ field, before: old, after: now, right, why: reasonOf(field, old !== now, step, translate) }];
  });
}

function headersOf(lab: ShownLab, { frame: number }: Hop): Headers | undefined {
  const frame = lab.frame(number);
  if (!frame) return undefined;
  const { layers } = decodeFrame(frame.bytes, frame.originalLength);
  const ether = layers.find((layer) => layer.kind === 'ethernet');
  const packets = layers.filter((layer) => layer.kind === 'ipv4');
  const packet = packets.at(-1);
  const ports = layers.findLast((layer) => layer.kind === 'tcp' || layer.kind === 'udp');
  const outer = packets.length > 1 ? packets[0] : undefined;
  if (!ether || !packet) return undefined;
  return {
    sourceMac: ether.source,
    destinationMac: ether.destination,
    source: packet.source,
    destination: packet.destination,
    ttl: packet.ttl,
    ...(ports && { ports: [ports.sourcePort, ports.destinationPort] as const }),
    outer: outer ? `${formatIpv4(outer.source)} → ${formatIpv4(outer.destination)}` : '',
  };
}

function valueOf({ ports, ...headers }: Headers, field: AskedField): string | undefined {
  switch (field) {
    case 'dst.mac':
      return formatMac(headers.destinationMac);
    case 'src.mac':
      return formatMac(headers.sourceMac);
    case 'src.ip':
      return formatIpv4(headers.source);
    case 'dst.ip':
      return formatIpv4(headers.destination);
    case 'src.port':
      return ports && String(ports[0]);
    case 'dst.port':
      return ports && String(ports[1]);
    case 'ttl':
      return String(headers.ttl);
    case 'outer':
      return headers.outer;
  }
}

function rightOf(
  field: AskedField,
  came: Headers,
  went: Headers,
  step: Step,
  flow: Flow,
  plan: Plan,
): readonly Guess[] {
  const owners = ownersOf(field, went, step, flow, plan);
  if (valueOf(came, field) !== valueOf(went, field)) {
    if (field === 'ttl') return went.ttl === came.ttl - 1 ? ['less'] : [];
    if (field === 'outer') return [went.outer ? 'on' : 'off'];
    return owners;
  }
  if (!isWritten(field, step)) return ['unchanged'];
  // A field that is written may get the value that it had, a port of the forwarder's own the client's number: whoever
  // says whose it is then is right too.
  const isOwnPort = field === 'src.port' && !step.reply;
  return ['unchanged', ...owners, ...(isOwnPort ? [models[step.model].worksAt] : [])];
}

/** Whose value a field has; nobody's where it is none of theirs. */
function ownersOf(
  field: AskedField,
  { ports, ...headers }: Headers,
  { model, service }: Step,
  { client }: Flow,
  plan: Plan,
): readonly Guess[] {
  switch (field) {
    case 'dst.mac':
      return ownerOfMac(headers.destinationMac, plan);
    case 'src.mac':
      return ownerOfMac(headers.sourceMac, plan);
    case 'src.ip':
      return ownerOfAddress(headers.source, plan);
    case 'dst.ip':
      return ownerOfAddress(headers.destination, plan);
    case 'src.port':
    case 'dst.port': {
      const port = ports![field === 'src.port' ? 0 : 1];
      const owners: Guess[] = [];
      if (port === client.port) owners.push('client');
      if (port === service?.port) owners.push('vip');
      if (service?.servers.some((server) => server.port === port)) owners.push('server');
      return owners.length > 0 ? owners : [models[model].worksAt];
    }
    case 'ttl':
    case 'outer':
      return [];
  }
}

function ownerOfMac(mac: Mac, { nodes }: Plan): readonly Guess[] {
  return nodes
    .filter(({ interfaces }) => interfaces.some((port) => port.mac === mac))
    .map(({ role }) => role);
}

function ownerOfAddress(address: Ipv4, { nodes, services }: Plan): readonly Guess[] {
  if (services.some(({ vip }) => vip === address)) return ['vip'];
  return nodes
    .filter(({ interfaces }) => interfaces.some((port) => port.address === address))
    .map(({ role }) => role);
}
