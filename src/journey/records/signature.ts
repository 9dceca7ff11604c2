import type { Model } from '../../forwarder/config.ts';
import type { FieldName } from '../../packet/layers.ts';
import type { FlowRecord } from './flow-record.ts';
import type { HopRecord } from './hop-record.ts';
import type { HopChange, Journey } from '../report.ts';

/** The changes that make a model what it is. All others (TTL, checksums, an ordinary router's MACs) are routine. */
const signatures: Readonly<Record<Model, Readonly<Record<Journey['direction'], readonly FieldName[]>>>> = {
  dr: { request: ['eth.dst', 'eth.src'], reply: [] },
  tun: { request: ['ipip'], reply: [] },
  dnat: {
    request: ['ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport', 'icmp.quoted'],
    reply: ['ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport', 'icmp.quoted'],
  },
  nat: {
    request: ['ip.src', 'tcp.srcport', 'udp.srcport', 'icmp.rest'],
    reply: ['ip.dst', 'tcp.dstport', 'udp.dstport', 'icmp.rest', 'icmp.quoted'],
  },
};

/** Whether a change made by `hop.from` belongs to the model at work there. */
export function roleOf(field: FieldName, hop: HopRecord, flow: FlowRecord): HopChange['role'] {
  const model = modelAt(hop, flow);
  if (model === undefined) return 'routine';
  const { direction } = hop.journey!;
  return signatures[model][direction].includes(field) ? 'signature' : 'routine';
}

/** The model by which `hop.from` forwards packets of this flow; `undefined` for ordinary routers and hosts. */
export function modelAt(hop: HopRecord, flow: FlowRecord): Model | undefined {
  const { network } = hop.stage;
  if (network.node(hop.from)?.forwarder?.nat) return 'nat';
  if (!network.isDirector(hop.from)) return undefined;
  return (
    serviceOf(flow, hop)?.model ?? network.plan.services.find(({ vip }) => vip === flow.serviceAddress)?.model
  );
}

/** The service that the flow's client spoke to, in the epoch of the hop. */
export function serviceOf(flow: FlowRecord, { stage }: HopRecord) {
  const { port } = flow.service;
  if ((flow.kind !== 'tcp' && flow.kind !== 'udp') || port === undefined) return undefined;
  return stage.network.service(flow.serviceAddress, flow.kind, port);
}
