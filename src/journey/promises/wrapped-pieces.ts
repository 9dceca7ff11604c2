import { type Tunnelled, tunnelOf } from '../../models/models.ts';
import type { Ipv4 } from '../../packet/address.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';

/** A fragment of the outside of a packet in the service's tunnel: of the packet inside it shows a part. */
export function isPieceOfWrapped(
  { bytes, routedAt }: FrameFacts,
  service: Tunnelled & { readonly vip: Ipv4 },
): boolean {
  return (
    ipv4.isFragment(bytes, routedAt) &&
    ipv4.protocolOf(bytes, routedAt) === tunnelOf(service).protocol &&
    // Of a service's own datagrams, fragments go to the VIP.
    ipv4.destinationOf(bytes, routedAt) !== service.vip
  );
}

/**
 * The packet inside, `between` bytes behind the outer IPv4 header, put together again; `undefined` when a fragment is
 * missing, or the capture cut one.
 */
export function innerOf(pieces: readonly HopRecord[], between: number): Uint8Array | undefined {
  const whole: number[] = [];
  const inOrder = pieces.toSorted((a, b) => offsetOf(a) - offsetOf(b));
  for (const { cut, facts } of inOrder) {
    const { bytes, routedAt } = facts;
    if (cut || ipv4.fragmentOffsetOf(bytes, routedAt) !== whole.length) return undefined;
    const end = routedAt + ipv4.totalLengthOf(bytes, routedAt);
    for (let at = routedAt + ipv4.headerLengthOf(bytes, routedAt); at < end; at++) whole.push(bytes[at]!);
  }
  const last = inOrder.at(-1)?.facts;
  if (!last || ipv4.moreFragmentsOf(last.bytes, last.routedAt)) return undefined;
  return Uint8Array.from(whole.slice(between));
}

function offsetOf({ facts: { bytes, routedAt } }: HopRecord): number {
  return ipv4.fragmentOffsetOf(bytes, routedAt);
}
