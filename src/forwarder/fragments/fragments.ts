import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import * as udp from '../../packet/udp.ts';
import type { Addresses } from '../addresses.ts';
import type { Director } from '../director.ts';
import { copyOf, HEADROOM, makeFrame, type Frame } from '../frame.ts';
import { addressAt } from '../headers.ts';
import type { Output } from '../output.ts';
import type { Packet } from '../packet.ts';
import type { Port } from '../port.ts';
import type { Refusals } from '../refusals.ts';
import type { Server } from '../server.ts';
import type { ServiceTable } from '../service-table.ts';
import type { DropReason, Verdict } from '../verdict.ts';
import { Datagram, keyOf, type Fragment } from './datagram.ts';
import { join } from './join.ts';

/** Linux's `ipfrag_time` and `ipfrag_high_thresh`. */
const PATIENCE_MS = 30_000;
const MOST_BYTES = 4 << 20;
const MOST_DATAGRAMS = 1024;
const LONGEST_FRAME = 0xffff + 14;

/** Where the first fragment of a datagram went, for those that come after it. */
interface Course {
  readonly server: Server | undefined;
  readonly serial: number;
  /** Why the first one went nowhere, where there is no server. */
  readonly refused: DropReason;
  readonly expiresAt: number;
}

/**
 * Packets in fragments. What is translated is put together first, for a port stands in the first fragment only and a
 * checksum covers them all. In dr and tun the fragments follow the first one, as they came. What comes before the
 * first one waits; all of this is bounded and ends after 30 s.
 */
export class Fragments {
  private readonly director: Director;
  private readonly addresses: Addresses;
  private readonly services: ServiceTable;
  private readonly refusals: Refusals;
  private readonly output: Output;
  private readonly receiveWhole: (packet: Packet, port: Port, verdict: Verdict) => Verdict;
  /** In the order in which they began, which is that in which their time is over. */
  private readonly waiting = new Map<string, Datagram>();
  private readonly courses = new Map<string, Course>();
  private bytes = 0;
  private whole: Frame | undefined;

  /** `receiveWhole` decides about a packet that was put together. */
  constructor(
    director: Director,
    addresses: Addresses,
    services: ServiceTable,
    refusals: Refusals,
    output: Output,
    receiveWhole: (packet: Packet, port: Port, verdict: Verdict) => Verdict,
  ) {
    this.director = director;
    this.addresses = addresses;
    this.services = services;
    this.refusals = refusals;
    this.output = output;
    this.receiveWhole = receiveWhole;
  }

  /** Decides about a fragment. `ports` are those of the interfaces, by index. */
  receive(packet: Packet, port: Port, ports: readonly Port[], verdict: Verdict): Verdict {
    const { view, ip, l4, frame, now } = packet;
    const destination = addressAt(view, ip + ipv4.DESTINATION);
    const isVip = this.addresses.isVip(destination);
    if (!isVip && !this.addresses.translates) return this.refusals.notOurs(destination, verdict);
    const key = keyOf(view, ip);
    const word = view.getUint16(ip + ipv4.FRAGMENT);
    const isFirst = (word & 0x1fff) === 0;
    const course = this.courses.get(key);
    // A first fragment begins a datagram of its own: its sender may use an ID again within the 30 s.
    if (isFirst) this.courses.delete(key);
    else if (course !== undefined && course.expiresAt > now)
      return this.follow(packet, course, port, verdict);
    packet.protocol = view.getUint8(ip + ipv4.PROTOCOL);
    if (isFirst && isVip && this.readStart(packet) && !this.director.needsWhole(packet))
      return this.lead(packet, key, port, ports, verdict);
    const datagram = this.datagramOf(key, now);
    if (datagram === undefined) return this.output.drop(verdict, 'fragment', 'fragments-full');
    const fragment: Fragment = {
      frame: copyOf(frame),
      port: port.index,
      ticket: this.output.ticket(),
      offset: (word & 0x1fff) * 8,
      length: frame.end - l4,
      isLast: (word & ipv4.MORE_FRAGMENTS) === 0,
      ip: ip - frame.start + HEADROOM,
      headerLength: l4 - ip,
    };
    const addition = this.add(datagram, fragment);
    if (addition === 'duplicate') return this.output.drop(verdict, 'fragment', 'bad-fragment');
    if (addition === 'bad') return this.abandon(datagram, verdict, 'bad-fragment');
    if (this.bytes > MOST_BYTES) return this.abandon(datagram, verdict, 'fragments-full');
    if (datagram.isWhole) return this.complete(datagram, fragment, packet, ports, port, verdict);
    verdict.relation = 'held';
    verdict.rule = 'fragment';
    verdict.ticket = fragment.ticket;
    return verdict;
  }

  /** Drops what has waited too long. */
  advance(now: number): void {
    for (const datagram of this.waiting.values()) {
      if (datagram.expiresAt > now) break;
      this.forget(datagram);
      const verdict = this.output.verdict();
      release(datagram.inOrder(), verdict);
      this.output.drop(verdict, 'fragment', 'fragment-timeout');
    }
  }

  /** Milliseconds; Infinity when nothing waits. */
  nextTimer(): number {
    for (const { expiresAt } of this.waiting.values()) return expiresAt;
    return Infinity;
  }

  /** Whether the first fragment reaches far enough to tell its flow: its ports, and the flags of TCP (RFC 1858). */
  private readStart(packet: Packet): boolean {
    const { view, l4, frame, protocol } = packet;
    // What has no ports is of no connection and no service, whatever is read in their place.
    const needed = protocol === ipv4.PROTOCOL_TCP ? tcp.FLAGS + 1 : udp.HEADER_LENGTH;
    if (frame.end - l4 < needed) return false;
    packet.ports = view.getInt32(l4);
    packet.flags = protocol === ipv4.PROTOCOL_TCP ? view.getUint8(l4 + tcp.FLAGS) : 0;
    return true;
  }

  /** A first fragment in dr or tun: it decides, and what waited for it follows. */
  private lead(packet: Packet, key: string, port: Port, ports: readonly Port[], verdict: Verdict): Verdict {
    this.director.receive(packet, port, verdict);
    const went = verdict.relation === 'forwarded' || verdict.relation === 'held';
    const course: Course = {
      server: went ? this.services.server(verdict.server) : undefined,
      serial: verdict.connection,
      refused: verdict.reason ?? 'no-connection',
      expiresAt: packet.now + PATIENCE_MS,
    };
    if (this.courses.size >= MOST_DATAGRAMS) this.courses.delete(this.courses.keys().next().value!);
    this.courses.set(key, course);
    const datagram = this.waiting.get(key);
    if (datagram === undefined) return verdict;
    this.forget(datagram);
    for (const fragment of datagram.inOrder()) {
      const next = this.output.verdict();
      next.released.push(fragment.ticket);
      const { frame, ip, headerLength } = fragment;
      packet.frame = frame;
      packet.bytes = frame.bytes;
      packet.view = frame.view;
      packet.ip = ip;
      packet.l4 = ip + headerLength;
      packet.length = frame.end - ip;
      this.follow(packet, course, ports[fragment.port] ?? port, next);
    }
    return verdict;
  }

  private follow(packet: Packet, course: Course, port: Port, verdict: Verdict): Verdict {
    if (course.server === undefined) return this.output.drop(verdict, 'fragment', course.refused);
    return this.director.follow(packet, course.server, course.serial, port, verdict);
  }

  /** The datagram that a fragment belongs to, begun when there is none; `undefined` when too many wait. */
  private datagramOf(key: string, now: number): Datagram | undefined {
    const existing = this.waiting.get(key);
    if (existing !== undefined) return existing;
    if (this.waiting.size >= MOST_DATAGRAMS) return undefined;
    const datagram = new Datagram(key, now + PATIENCE_MS);
    this.waiting.set(key, datagram);
    return datagram;
  }

  private add(datagram: Datagram, fragment: Fragment): ReturnType<Datagram['add']> {
    const before = datagram.bytes;
    const addition = datagram.add(fragment);
    this.bytes += datagram.bytes - before;
    return addition;
  }

  private complete(
    datagram: Datagram,
    last: Fragment,
    packet: Packet,
    ports: readonly Port[],
    port: Port,
    verdict: Verdict,
  ): Verdict {
    this.forget(datagram);
    const fragments = datagram.inOrder();
    verdict.place = fragments.indexOf(last);
    release(
      fragments.filter((fragment) => fragment !== last),
      verdict,
    );
    this.whole ??= makeFrame(LONGEST_FRAME);
    if (!join(fragments, this.whole, packet)) return this.output.drop(verdict, 'fragment', 'bad-fragment');
    // It came in by the port of its first fragment: an answer goes back there.
    this.receiveWhole(packet, ports[fragments[0]!.port] ?? port, verdict);
    if (verdict.input || verdict.relation !== 'dropped') return verdict;
    // It is the kernel's, which has had each fragment too.
    verdict.input = true;
    verdict.relation = 'consumed';
    verdict.rule = 'fragment';
    return verdict;
  }

  private abandon(datagram: Datagram, verdict: Verdict, reason: DropReason): Verdict {
    this.forget(datagram);
    release(datagram.inOrder(), verdict);
    return this.output.drop(verdict, 'fragment', reason);
  }

  private forget(datagram: Datagram): void {
    this.waiting.delete(datagram.key);
    this.bytes -= datagram.bytes;
  }
}

function release(fragments: readonly Fragment[], verdict: Verdict): void {
  for (const { ticket } of fragments) verdict.released.push(ticket);
}
