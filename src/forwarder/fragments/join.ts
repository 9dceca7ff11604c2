import * as ipv4 from '../../packet/ipv4.ts';
import { fillHeaderChecksum } from '../checksums.ts';
import { HEADROOM, type Frame } from '../frame.ts';
import type { Packet } from '../packet.ts';
import type { Fragment } from './datagram.ts';

const NOT_ECT = 1;
const CE = 8;

/**
 * Puts the fragments together in `whole`, a frame with room, and makes it the packet in hand: the first one's header,
 * with everybody's congestion marks (RFC 3168, section 5.3). DF stays when the longest fragment had it. False: some
 * fragments say that congestion was met, others that they cannot tell.
 */
export function join(fragments: readonly Fragment[], whole: Frame, packet: Packet): boolean {
  const first = fragments[0]!;
  const last = fragments.at(-1)!;
  const { frame, ip: from, headerLength } = first;
  // The frame is used again and again, and tun moves its start into the headroom.
  whole.start = HEADROOM;
  const ip = whole.start + from - frame.start;
  const l4 = ip + headerLength;
  whole.port = frame.port;
  whole.end = l4 + last.offset + last.length;
  whole.bytes.set(frame.bytes.subarray(frame.start, from + headerLength), whole.start);
  let longest = 0;
  let longestKept = 0;
  let marks = 0;
  for (const part of fragments) {
    const payload = part.ip + part.headerLength;
    whole.bytes.set(part.frame.bytes.subarray(payload, payload + part.length), l4 + part.offset);
    const length = part.headerLength + part.length;
    longest = Math.max(longest, length);
    if ((part.frame.view.getUint16(part.ip + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT) !== 0)
      longestKept = Math.max(longestKept, length);
    marks |= 1 << (part.frame.view.getUint8(part.ip + ipv4.TRAFFIC_CLASS) & 3);
  }
  if ((marks & CE) !== 0 && (marks & NOT_ECT) !== 0) return false;
  const { view } = whole;
  if ((marks & CE) !== 0) view.setUint8(ip + ipv4.TRAFFIC_CLASS, view.getUint8(ip + ipv4.TRAFFIC_CLASS) | 3);
  view.setUint16(ip + ipv4.TOTAL_LENGTH, whole.end - ip);
  view.setUint16(ip + ipv4.FRAGMENT, longestKept === longest ? ipv4.DONT_FRAGMENT : 0);
  fillHeaderChecksum(view, ip, headerLength);
  packet.frame = whole;
  packet.bytes = whole.bytes;
  packet.view = view;
  packet.ip = ip;
  packet.l4 = l4;
  packet.length = whole.end - ip;
  packet.pieces = fragments.map(({ length }) => length);
  packet.longestPiece = longest;
  return true;
}
