import * as ethernet from '../packet/ethernet.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import * as udp from '../packet/udp.ts';
import { fold, halves, l4ChecksumOk } from './checksums.ts';
import type { ForwarderConfig } from './config.ts';
import type { Connections } from './connections/connections.ts';
import * as at from './connections/layout.ts';
import type { Egress } from './egress.ts';
import type { Frame } from './frame.ts';
import { setMacs } from './neighbours/neighbour.ts';
import { addressAt } from './headers.ts';
import { nameFlow, ruleFor } from './output.ts';
import type { Port } from './port.ts';
import { decrementTtl, translateAt } from './rewrite.ts';
import type { ServiceTable } from './service-table.ts';
import { Verdict } from './verdict.ts';

/**
 * The way of nearly every packet, in one piece: IPv4 without options and whole, TCP without SYN or UDP, of a connection
 * that is there, to a neighbour that has answered lately, and it fits. Whatever is otherwise goes the long way, through
 * `Director` and `Egress`, which also say what is wrong: here nothing is changed before all of that is known.
 */
export class StraightLine {
  private decrementsTtl = true;
  /** Of every packet: what is not written here is the same for all of them. */
  private readonly verdict = forwarded();
  private readonly services: ServiceTable;
  private readonly connections: Connections;
  private readonly egress: Egress;

  constructor(services: ServiceTable, connections: Connections, egress: Egress) {
    this.services = services;
    this.connections = connections;
    this.egress = egress;
  }

  configure(config: ForwarderConfig): void {
    this.decrementsTtl = config.decrementTtl;
  }

  /** Sends on the frame, which holds IPv4 and is addressed to the port. `undefined`: it is as it was, and for the long way. */
  forward(frame: Frame, port: Port, now: number): Verdict | undefined {
    const { view, start } = frame;
    const ip = start + ethernet.HEADER_LENGTH;
    const room = frame.end - ip;
    if (room < SHORTEST || frame.partialChecksum) return undefined;
    const first = view.getInt32(ip);
    const length = first & 0xffff;
    if (first >>> 24 !== PLAIN || length < SHORTEST || length > room || length > port.mtu) return undefined;
    const second = view.getInt32(ip + ipv4.ID);
    if ((second & (ipv4.MORE_FRAGMENTS | 0x1fff)) !== 0) return undefined;
    const third = view.getInt32(ip + ipv4.TTL);
    const source = addressAt(view, ip + ipv4.SOURCE);
    const destination = addressAt(view, ip + ipv4.DESTINATION);
    const sum = halves(first) + halves(second) + halves(third) + halves(source) + halves(destination);
    if (fold(sum) !== 0xffff) return undefined;
    const l4 = ip + ipv4.HEADER_LENGTH;
    const protocol = (third >>> 16) & 0xff;
    const ports = view.getInt32(l4);
    let flags = 0;
    if (protocol === ipv4.PROTOCOL_TCP) {
      if (length < ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH) return undefined;
      const word = view.getUint16(l4 + tcp.DATA_OFFSET);
      const headerLength = (word >>> 12) * 4;
      if (headerLength < tcp.HEADER_LENGTH || ipv4.HEADER_LENGTH + headerLength > length) return undefined;
      flags = word & 0xff;
      if ((flags & tcp.SYN) !== 0) return undefined;
    } else if (protocol === ipv4.PROTOCOL_UDP) {
      const datagram = view.getUint16(l4 + udp.LENGTH);
      if (datagram < udp.HEADER_LENGTH || ipv4.HEADER_LENGTH + datagram > length) return undefined;
    } else return undefined;

    const { connections } = this;
    const { words } = connections.table;
    let found = frame.guess;
    if (!connections.table.holds(found, source, destination, ports, protocol)) {
      found = connections.table.findKey(source, destination, ports, protocol);
      if (found < 0) return undefined;
    }
    const base = (found >> 1) << at.LOG2_WORDS;
    const direction = found & 1;
    const clock = now | 0;
    if (((words[base + at.EXPIRY]! - clock) | 0) <= 0) return undefined;
    const server = this.services.server(words[base + at.SERVER]!);
    if (server.gone) return undefined;
    const { model } = server;
    const ttl = third >>> 24;
    if (this.decrementsTtl && ttl <= 1) return undefined;
    if (direction === 1 && server.isOutside && (words[base]! & at.OWNS_PORT) === 0) return undefined;
    const hop = this.egress.hopOf(words, base, direction, server);
    if (hop === undefined || now >= hop.staleAt) return undefined;
    const { port: way } = hop;
    if (length + (direction === 0 ? model.overhead : 0) > way.mtu) return undefined;
    const end = ip + length;
    if (model.translates && !l4ChecksumOk(view, ip, l4, end, protocol)) return undefined;

    connections.touch(found >> 1, direction, server, flags, length, clock);
    frame.end = end;
    if (this.decrementsTtl) decrementTtl(view, ip);
    if (model.translates)
      translateAt(
        view,
        ip,
        l4,
        protocol,
        words,
        base + (direction === 0 ? at.REPLY_SOURCE : at.REQUEST_SOURCE),
      );
    else model.wrap?.(frame, ip, server);
    setMacs(frame, hop);
    hop.used = true;
    const { verdict } = this;
    nameFlow(verdict, ruleFor(server, direction), server, words[base + at.SERIAL]!);
    verdict.frames[0] = frame;
    return verdict;
  }
}

function forwarded(): Verdict {
  const verdict = new Verdict();
  verdict.relation = 'forwarded';
  verdict.input = true;
  verdict.count = 1;
  return verdict;
}

/** The first byte of an IPv4 header without options. */
const PLAIN = 0x45;
/** A UDP datagram without payload. */
const SHORTEST = ipv4.HEADER_LENGTH + udp.HEADER_LENGTH;
