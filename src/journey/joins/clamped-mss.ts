import { u16, setU16 } from '../../packet/bytes.ts';
import { fillPacketChecksums, l4ChecksumOk } from '../../packet/checksum.ts';
import * as tcp from '../../packet/tcp.ts';
import { findOption, MAXIMUM_SEGMENT_SIZE } from '../../packet/tcp-options.ts';
import { readFacts, type FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';

/** Of IPv4 and TCP, without options. */
const HEADERS = 40;
/** Kind, length and a 16-bit value (RFC 9293, section 3.7.1). */
const OPTION_LENGTH = 4;

/**
 * A segment that came in by `ingress`, as the forwarder that sends `hop` may pass it on: with `clampMss`, a SYN announces
 * no more than fits on both sides of it, or than the setting. Only for hops whose model translates.
 */
export function clamped(
  before: FrameFacts,
  ingress: string,
  { from, segment, stage }: HopRecord,
): FrameFacts {
  const clampMss = stage.network.node(from)?.forwarder?.clampMss;
  if (clampMss === undefined || before.kind !== 'tcp' || (before.flags & tcp.SYN) === 0) return before;
  const mtus = [ingress, segment].map((side) => stage.network.station(from, side)?.port.mtu ?? Infinity);
  const fits = Math.min(...mtus) - HEADERS;
  return withMss(before, clampMss === 'mtu' ? fits : Math.min(fits, clampMss));
}

/** What announces more announces `most`; checksums hold where they held. */
function withMss(facts: FrameFacts, most: number): FrameFacts {
  const { bytes, ipAt, ipEnd, l4At, payloadAt } = facts;
  const option = findOption(bytes, l4At + tcp.HEADER_LENGTH, payloadAt, MAXIMUM_SEGMENT_SIZE);
  if (option < 0 || bytes[option + 1] !== OPTION_LENGTH || u16(bytes, option + 2) <= most) return facts;
  const lowered = bytes.slice();
  setU16(lowered, option + 2, most);
  if (l4ChecksumOk(bytes, ipAt, ipEnd) === true) fillPacketChecksums(lowered, ipAt, ipEnd);
  return readFacts(lowered);
}
