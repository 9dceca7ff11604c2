import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import { fillHeaderChecksum } from '../checksums.ts';
import type { Frame } from '../frame.ts';
import { keepCopiedOptions } from '../ip-options.ts';
import type { Output } from '../output.ts';
import type { Packet } from '../packet.ts';

/** The highest flag bit must be zero in what one makes oneself (RFC 791, section 3.1). */
const RESERVED = 0x8000;

/** Cuts packets into fragments (RFC 791, section 3.2). */
export class Cutter {
  private readonly output: Output;
  private readonly fragments: Frame[] = [];

  constructor(output: Output) {
    this.output = output;
  }

  /**
   * The packet in fragments, good until the next call: where the sender's own fit they are made again as they were,
   * else it is cut into as few as the MTU and the longest of the sender's allow.
   */
  fragmentsOf(packet: Packet, mtu: number): readonly Frame[] {
    const { frame, view, ip, pieces } = packet;
    const headerLength = (view.getUint8(ip) & 15) * 4;
    const payload = view.getUint16(ip + ipv4.TOTAL_LENGTH) - headerLength;
    // A first fragment that cuts the TCP header (RFC 1858) is never made again.
    const isTiny =
      packet.protocol === ipv4.PROTOCOL_TCP && pieces !== undefined && pieces[0]! < tcp.HEADER_LENGTH;
    const keeps = pieces !== undefined && packet.longestPiece <= mtu && !isTiny;
    const most = pieces === undefined ? mtu : Math.min(mtu, packet.longestPiece);
    // As Linux (`ip_do_fragment`): DF stays only in a packet that the sender cut with DF, when it is cut anew.
    const cleared = keeps || pieces === undefined ? RESERVED | ipv4.DONT_FRAGMENT : RESERVED;
    const { fragments } = this;
    fragments.length = 0;
    for (let offset = 0; offset < payload;) {
      const rest = payload - offset;
      const fits = Math.min(most - headerLength, rest);
      const length = keeps ? pieces[fragments.length]! : fits === rest ? rest : fits & ~7;
      const piece = this.piece(frame, ip, headerLength, offset, length, payload, cleared);
      fragments.push(piece);
      offset += length;
    }
    return fragments;
  }

  private piece(
    frame: Frame,
    ip: number,
    headerLength: number,
    offset: number,
    length: number,
    payload: number,
    cleared: number,
  ): Frame {
    const before = ip - frame.start + headerLength;
    const piece = this.output.spare(before + length);
    const { bytes, view, start } = piece;
    piece.port = frame.port;
    bytes.set(frame.bytes.subarray(frame.start, ip + headerLength), start);
    bytes.set(
      frame.bytes.subarray(ip + headerLength + offset, ip + headerLength + offset + length),
      start + before,
    );
    piece.end = start + before + length;
    const own = start + ethernet.HEADER_LENGTH;
    // A packet that is itself a fragment has an offset, and perhaps others behind it.
    const word = frame.view.getUint16(ip + ipv4.FRAGMENT) & ~cleared;
    const more = offset + length < payload ? ipv4.MORE_FRAGMENTS : 0;
    view.setUint16(own + ipv4.TOTAL_LENGTH, headerLength + length);
    view.setUint16(own + ipv4.FRAGMENT, (word + (offset >>> 3)) | more);
    if ((word & 0x1fff) + offset > 0) keepCopiedOptions(bytes, own + ipv4.OPTIONS, own + headerLength);
    fillHeaderChecksum(view, own, headerLength);
    return piece;
  }
}
