import { asIpv4, type Ipv4 } from '../../packet/address.ts';
import { flowFlags, flowKinds, flowLayout as at, outcomes } from '../../panel-protocol/records.ts';

/** A flow's record, read. Texts are as they are shown. */
export interface FlowRow {
  readonly id: number;
  readonly kind: (typeof flowKinds)[number];
  readonly outcome: (typeof outcomes)[number];
  readonly epoch: number;
  readonly client: number;
  readonly server: number;
  readonly clientAddress: Ipv4;
  readonly serviceAddress: Ipv4;
  readonly clientPort: number;
  readonly servicePort: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly journeys: number;
  readonly request: string;
  readonly response: string;
  readonly reason: string;
  readonly at: number;
  readonly expected: number;
  readonly begunInMiddle: boolean;
  /** Requests it carried, and those that were answered whole; 0 where no client said. */
  readonly asked: number;
  readonly answered: number;
}

export function readFlow(view: DataView, start: number, strings: readonly string[]): FlowRow {
  const u8 = (offset: number) => view.getUint8(start + offset);
  const u16 = (offset: number) => view.getUint16(start + offset, true);
  const u32 = (offset: number) => view.getUint32(start + offset, true);
  const address = (offset: number) => asIpv4(u32(offset));
  const text = (offset: number) => strings[u32(offset)] ?? '';
  return {
    id: u32(at.id),
    kind: flowKinds[u8(at.protocol)] ?? 'other',
    outcome: outcomes[u8(at.outcome)] ?? 'open',
    epoch: u16(at.epoch),
    client: u16(at.client),
    server: u16(at.server),
    clientAddress: address(at.clientAddress),
    serviceAddress: address(at.serviceAddress),
    clientPort: u16(at.clientPort),
    servicePort: u16(at.servicePort),
    startNs: view.getFloat64(start + at.startNs, true),
    endNs: view.getFloat64(start + at.endNs, true),
    journeys: u32(at.journeys),
    request: text(at.request),
    response: text(at.response),
    reason: text(at.reason),
    at: u16(at.at),
    expected: u8(at.expected),
    asked: u16(at.asked),
    answered: u16(at.answered),
    begunInMiddle: (u8(at.flags) & flowFlags.begunInMiddle) !== 0,
  };
}
