import { type ModelName, models } from '../../models/models.ts';
import type { FieldName } from '../../packet/layers.ts';
import type { FlowRecord } from './flow-record.ts';
import type { HopRecord } from './hop-record.ts';
import type { HopChange } from '../report.ts';

/** Whether a change made by `hop.from` belongs to the model at work there. */
export function roleOf(field: FieldName, hop: HopRecord, flow: FlowRecord): HopChange['role'] {
  const model = modelAt(hop, flow);
  if (model === undefined) return 'routine';
  const { direction } = hop.journey!;
  return models[model].signature[direction].includes(field) ? 'signature' : 'routine';
}

/** The model by which `hop.from` forwards packets of this flow; `undefined` for ordinary routers and hosts. */
export function modelAt(hop: HopRecord, flow: FlowRecord): ModelName | undefined {
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
