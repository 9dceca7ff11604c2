import type { SignedIpv4 } from '../packet/address.ts';
import { fillChecksums } from '../packet/checksum.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { l4ChecksumOk } from './checksums.ts';
import type { ForwarderConfig } from './config.ts';
import * as at from './connections/layout.ts';
import { Cutter } from './fragments/cut.ts';
import type { Frame } from './frame.ts';
import { fillOptions } from './ip-options.ts';
import type { Model } from './models/model.ts';
import { clampMss, TCP_HEADERS } from './mss.ts';
import type { Neighbour } from './neighbours/neighbour.ts';
import type { NeighbourTable } from './neighbours/neighbour-table.ts';
import { send, type Output } from './output.ts';
import type { Packet } from './packet.ts';
import type { Port } from './port.ts';
import type { Refusals } from './refusals.ts';
import { decrementTtl } from './rewrite.ts';
import type { RouteTable } from './routes.ts';
import type { Server } from './server.ts';
import type { Verdict } from './verdict.ts';

/**
 * The one way out, in three steps: whether a packet may be forwarded at all (`admits`); whether it fits its way, and what a
 * router does to it then (`ready`); and, once its addresses are rewritten or it is wrapped up, to its neighbour (`send`).
 */
export class Egress {
  private readonly routes: RouteTable;
  private readonly neighbours: NeighbourTable;
  private readonly refusals: Refusals;
  private readonly output: Output;
  private readonly cutter: Cutter;
  private decrementsTtl = true;
  private clampMss: ForwarderConfig['clampMss'];

  constructor(routes: RouteTable, neighbours: NeighbourTable, refusals: Refusals, output: Output) {
    this.routes = routes;
    this.neighbours = neighbours;
    this.refusals = refusals;
    this.output = output;
    this.cutter = new Cutter(output);
  }

  configure(config: ForwarderConfig): void {
    this.decrementsTtl = config.decrementTtl;
    this.clampMss = config.clampMss;
  }

  /** Whom to hand packets of the connection at `base`: requests (direction 0), or replies. `undefined`: there is no route. */
  hopOf(words: Int32Array, base: number, direction: number, server: Server): Neighbour | undefined {
    if (direction === 1) return this.routes.nextHop(at.addressOf(words, base + at.REQUEST_SOURCE));
    return server.isOutside
      ? this.routes.nextHop(at.addressOf(words, base + at.REQUEST_DESTINATION))
      : server.hop;
  }

  /** Whom to hand a packet for `destination`. */
  towards(destination: SignedIpv4): Neighbour | undefined {
    return this.routes.nextHop(destination);
  }

  /** Whether the packet may be forwarded at all; the verdict says why not. */
  admits(packet: Packet, model: Model, port: Port, verdict: Verdict): boolean {
    const { frame, bytes, view, ip, l4 } = packet;
    if (frame.partialChecksum) {
      fillChecksums(bytes, frame.start, frame.end);
      frame.partialChecksum = false;
    } else if (model.translates && !l4ChecksumOk(view, ip, l4, frame.end, packet.protocol)) {
      this.output.drop(verdict, 'malformed', 'bad-checksum');
      return false;
    }
    if (this.decrementsTtl && view.getUint8(ip + ipv4.TTL) <= 1) {
      this.refusals.ttlExpired(packet, port, verdict);
      return false;
    }
    return true;
  }

  /**
   * Makes a packet that was admitted ready for the hop: it loses one of its TTL, its options are filled in, and the MSS of
   * a SYN is clamped. The hop; `undefined` when there is none, or when the packet is too long and must not be cut: the
   * verdict says so. `cuts`: it is cut whatever it says itself.
   */
  ready(
    packet: Packet,
    hop: Neighbour | undefined,
    model: Model,
    direction: number,
    port: Port,
    verdict: Verdict,
    cuts = false,
  ): Neighbour | undefined {
    if (hop === undefined) {
      this.output.drop(verdict, verdict.rule, 'no-route');
      return undefined;
    }
    const { view, ip, l4, now } = packet;
    const room = hop.port.mtu - (direction === 0 ? model.overhead : 0);
    if (packet.length > room && !cuts && mustNotSplit(packet, room)) {
      this.refusals.tooBig(packet, port, verdict, room);
      return undefined;
    }
    packet.room = room;
    if ((packet.flags & tcp.SYN) !== 0 && this.clampMss !== undefined && model.translates) {
      const fits = Math.min(room, port.mtu) - TCP_HEADERS;
      clampMss(packet, this.clampMss === 'mtu' ? fits : Math.min(fits, this.clampMss));
    }
    if (this.decrementsTtl) decrementTtl(view, ip);
    if (l4 - ip > ipv4.HEADER_LENGTH) fillOptions(view, ip, l4, hop.port.address, now);
    return hop;
  }

  /** Sends a packet that is ready, and now as it leaves: as it is, or in fragments. */
  send(packet: Packet, hop: Neighbour, verdict: Verdict): void {
    if (packet.length <= packet.room && packet.pieces === undefined)
      this.neighbours.deliver(packet.frame, hop, verdict, packet.now);
    else this.neighbours.deliverAll(this.cutter.fragmentsOf(packet, hop.port.mtu), hop, verdict, packet.now);
  }

  /** Sends an error of the director's own about another host's packet. */
  sendOwn(frame: Frame, hop: Neighbour, verdict: Verdict, now: number): void {
    this.neighbours.deliver(frame, hop, verdict, now);
    if (verdict.relation === 'forwarded') verdict.relation = 'caused-error';
  }

  /** Sends an answer that stands in the packet's own frame back by its port, in as many fragments as the packet came in. */
  answer(packet: Packet, port: Port, verdict: Verdict): void {
    if (packet.pieces === undefined && packet.length <= port.mtu) send(verdict, packet.frame);
    else for (const frame of this.cutter.fragmentsOf(packet, port.mtu)) send(verdict, frame);
  }
}

/** What was put together from fragments is made into fragments again, whatever its length: only their sizes count. */
function mustNotSplit({ view, ip, length, pieces, longestPiece }: Packet, room: number): boolean {
  if ((view.getUint16(ip + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT) === 0) return false;
  return (pieces === undefined ? length : longestPiece) > room;
}
