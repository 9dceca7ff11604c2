import type { Flow, FlowOutcome } from '../../../journey/report.ts';
import { askedOf, saysOf } from '../../../journey/flow-title.ts';
import { parseIpv4 } from '../../../packet/address.ts';
import {
  flowFlags,
  flowKinds,
  flowLayout as at,
  NO_NODE,
  outcomes,
  recordKinds,
} from '../../../panel-protocol/records.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { RecordWriter } from './record-writer.ts';
import type { RowContext } from './row-context.ts';

/** @param expected 0 nothing was predicted, 1 all as predicted, 2 something was not. */
export function encodeFlow(writer: RecordWriter, flow: Flow, expected: number, context: RowContext): void {
  const { index, strings, translate } = context;
  const { client, service, outcome, requests } = flow;
  writer.begin(recordKinds.flow);
  writer.u8(at.protocol, flowKinds.indexOf(flow.kind));
  writer.u8(at.outcome, outcomes.indexOf(outcome.kind));
  writer.u8(at.flags, flow.begun === 'middle' ? flowFlags.begunInMiddle : 0);
  writer.u32(at.id, flow.id);
  writer.u16(at.epoch, flow.epoch);
  writer.u16(at.client, index.node(client.node));
  writer.u16(at.server, flow.server ? index.node(flow.server.node) : NO_NODE);
  writer.u32(at.clientAddress, parseIpv4(client.address) ?? 0);
  writer.u32(at.serviceAddress, parseIpv4(service.address) ?? 0);
  writer.u16(at.clientPort, client.port ?? 0);
  writer.u16(at.servicePort, service.port ?? 0);
  writer.f64(at.startNs, flow.startNs);
  writer.f64(at.endNs, flow.endNs);
  writer.u32(at.journeys, flow.journeys.length);
  const request = saysOf(flow, (value) => value, translate) ?? askedOf(flow, translate);
  writer.u32(at.request, strings.indexOf(request));
  writer.u32(at.response, strings.indexOf(flow.response));
  const reason = reasonOf(outcome, translate);
  writer.u32(at.reason, reason ? strings.indexOf(reason) : 0);
  writer.u16(at.asked, Math.min(0xffff, requests?.asked ?? 0));
  writer.u16(at.answered, Math.min(0xffff, requests?.answered ?? 0));
  writer.u16(at.at, index.node(placeOf(outcome)));
  writer.u8(at.expected, expected);
}

function reasonOf(outcome: FlowOutcome, translate: Translate): string {
  if (outcome.kind === 'answered' || outcome.kind === 'ambiguous') return '';
  const why = outcome.reason === undefined ? '' : translate(`reason.${outcome.reason}`);
  // The rest is said where the packet is.
  if (outcome.kind !== 'partial') return outcome.kind === 'open' && outcome.reason !== 'cut' ? '' : why;
  const { bytes, ofBytes } = outcome;
  const how =
    ofBytes === undefined
      ? translate('requests.bytes', { bytes })
      : translate('requests.bytes-of', { bytes, ofBytes });
  return [how, why].filter(Boolean).join(' · ');
}

function placeOf(outcome: FlowOutcome): string {
  if (outcome.kind === 'refused') return outcome.by;
  return outcome.kind === 'lost' || outcome.kind === 'partial' ? (outcome.at ?? '') : '';
}
