import { BROADCAST_MAC, type Mac, NO_MAC, type SignedIpv4, toUnsigned } from '../../packet/address.ts';
import * as arp from '../../packet/arp.ts';
import * as ethernet from '../../packet/ethernet.ts';
import { copyOf, type Frame } from '../frame.ts';
import { send, type Output } from '../output.ts';
import { macHead, macTail, setMac, type Port } from '../port.ts';
import type { Verdict } from '../verdict.ts';
import { Neighbour, setMacs, type HeldPacket } from './neighbour.ts';

/** `ucast_solicit` and `mcast_solicit`, `retrans_time_ms` apart. */
const MOST_REQUESTS = 3;
const RETRY_MS = 1000;
/** `base_reachable_time_ms`; Linux draws between half and one and a half of it. */
const REACHABLE_MS = 30_000;
/** `delay_first_probe_time`. */
const DELAY_MS = 5000;
/** `locktime`: so long the first answer stands against another one, so that the faster of two wins. */
const LOCK_MS = 1000;
const MOST_HELD = 16;
/** `gc_thresh3`. */
const MOST_NEIGHBOURS = 1024;

/** From what kind of ARP packet something is learnt. */
export type Lesson =
  /** A request for an address of ours: who asks is about to speak to us. */
  | 'asked-us'
  /** An answer to us. */
  | 'answered-us'
  /** Its sender speaks of itself: sender and target are the same address. */
  | 'announced'
  | 'overheard';

/**
 * The forwarder's own neighbour table (RFC 826): the node's kernel must stay silent about the VIP, so the forwarder
 * cannot rely on what the kernel learns. It behaves like the kernel's (neighbour.c, arp.c): what was answered is good
 * for 30 s; a frame after that is sent still, and when 5 s later nothing was heard, the known MAC address is asked three
 * times, a second apart. Who does not answer is forgotten, and the next frame asks everybody, three times. Nothing but
 * ARP confirms an entry, as nobody above IP tells the kernel of a director either. Frames for an unknown neighbour
 * wait. When the table is full the oldest entry gives way, but not one in use.
 */
export class NeighbourTable {
  private readonly output: Output;
  /** By port index, then by address. */
  private readonly byPort: Map<SignedIpv4, Neighbour>[] = [];
  /** All of them, the oldest first. */
  private readonly all = new Set<Neighbour>();
  private readonly asking = new Set<Neighbour>();
  /** Not after the first of their times. */
  private dueAt = Infinity;

  constructor(output: Output) {
    this.output = output;
  }

  /** The entry for an address, made when there is none. */
  get(port: Port, address: SignedIpv4): Neighbour {
    const neighbours = (this.byPort[port.index] ??= new Map<SignedIpv4, Neighbour>());
    let neighbour = neighbours.get(address);
    if (neighbour === undefined) {
      if (this.all.size >= MOST_NEIGHBOURS) this.makeRoom();
      neighbours.set(address, (neighbour = new Neighbour(port, address)));
      this.all.add(neighbour);
    }
    return neighbour;
  }

  /** The entry for an address, if it is known or asked for. */
  find(port: Port, address: SignedIpv4): Neighbour | undefined {
    const neighbour = this.byPort[port.index]?.get(address);
    return neighbour !== undefined && (neighbour.known || isAsked(neighbour)) ? neighbour : undefined;
  }

  /**
   * Sends the frame to a neighbour: writes both MAC addresses and adds it to the verdict, or holds it there and asks.
   * The frame's IP packet is final.
   */
  deliver(frame: Frame, whom: Neighbour, verdict: Verdict, now: number): void {
    const neighbour = this.listed(whom);
    if (!neighbour.known) {
      this.hold([frame], neighbour, verdict, now);
      return;
    }
    verdict.relation = 'forwarded';
    setMacs(frame, neighbour);
    send(verdict, frame);
    neighbour.used = true;
    if (now >= neighbour.staleAt && !isAsked(neighbour)) this.doubt(neighbour, now);
  }

  /** The same for the fragments of one packet. */
  deliverAll(frames: readonly Frame[], whom: Neighbour, verdict: Verdict, now: number): void {
    const neighbour = this.listed(whom);
    if (neighbour.known) for (const frame of frames) this.deliver(frame, neighbour, verdict, now);
    else this.hold(frames, neighbour, verdict, now);
  }

  /**
   * An ARP packet says that `mac` is the neighbour's (arp.c, `arp_process`; neighbour.c, `__neigh_update`). What was held
   * for it leaves.
   */
  learn(neighbour: Neighbour, mac: Mac, lesson: Lesson, now: number): void {
    const [head, tail] = [macHead(mac), macTail(mac)];
    const isSame = neighbour.known && neighbour.macHead === head && neighbour.macTail === tail;
    const isLocked =
      (lesson === 'answered-us' || lesson === 'overheard') && now <= neighbour.changedAt + LOCK_MS;
    if (neighbour.known && !isSame && isLocked) return;
    // Only an answer to us shows that the neighbour hears us; anything else leaves the state of a known one alone.
    const confirms = lesson === 'answered-us';
    if (isSame && !confirms) return;
    if (!isSame || now >= neighbour.staleAt) neighbour.changedAt = now;
    neighbour.known = true;
    neighbour.macHead = head;
    neighbour.macTail = tail;
    neighbour.staleAt = confirms ? now + REACHABLE_MS : now;
    this.stopAsking(neighbour);
    this.all.delete(neighbour);
    this.all.add(neighbour);
    this.sendHeld(neighbour, now);
  }

  /** Forgets who has this address: it has moved to another machine. */
  forget(neighbourAddress: SignedIpv4): void {
    for (const neighbours of this.byPort) {
      const neighbour = neighbours.get(neighbourAddress);
      if (neighbour?.known) this.giveUp(neighbour);
    }
  }

  /** Forgets everyone. What was held is dropped, for its port may be gone. */
  clear(): void {
    for (const neighbour of this.all) this.giveUp(neighbour);
    this.byPort.length = 0;
    this.all.clear();
  }

  /** Asks where the time is over, and gives up after the last request. */
  advance(now: number): void {
    if (now < this.dueAt) return;
    this.dueAt = Infinity;
    for (const neighbour of this.asking) {
      if (neighbour.dueAt > now) this.dueAt = Math.min(this.dueAt, neighbour.dueAt);
      else if (neighbour.requests < MOST_REQUESTS) this.ask(neighbour, now);
      else this.giveUp(neighbour);
    }
  }

  /** Milliseconds; Infinity when nobody is asked or doubted. It may be too early, but never again after `advance`. */
  nextTimer(): number {
    return this.asking.size === 0 ? Infinity : this.dueAt;
  }

  /** Whether packets wait for somebody to answer. */
  get holds(): boolean {
    for (const { held } of this.asking) if (held.length > 0) return true;
    return false;
  }

  /** Routes and servers keep entries that had to give way meanwhile. */
  private listed(whom: Neighbour): Neighbour {
    return whom.listed ? whom : this.get(whom.port, whom.address);
  }

  /** A packet that there is no room for drives out the one that has waited longest, as in Linux. */
  private hold(frames: readonly Frame[], neighbour: Neighbour, verdict: Verdict, now: number): void {
    if (neighbour.held.length >= MOST_HELD)
      this.output.drop(this.about(neighbour.held.shift()!), 'neighbour', 'neighbour-queue-full');
    verdict.relation = 'held';
    verdict.ticket = this.output.ticket();
    const { ticket, rule, service, server, connection, detail } = verdict;
    neighbour.held.push({ frames: frames.map(copyOf), ticket, rule, service, server, connection, detail });
    if (!isAsked(neighbour)) this.ask(neighbour, now);
  }

  private sendHeld(neighbour: Neighbour, now: number): void {
    for (const held of takeHeld(neighbour)) {
      const verdict = this.about(held);
      for (const frame of held.frames) this.deliver(frame, neighbour, verdict, now);
    }
  }

  /** The entry is old and in use. */
  private doubt(neighbour: Neighbour, now: number): void {
    neighbour.changedAt = now;
    this.wait(neighbour, now + DELAY_MS);
  }

  private wait(neighbour: Neighbour, until: number): void {
    neighbour.dueAt = until;
    this.dueAt = Math.min(this.dueAt, until);
    this.asking.add(neighbour);
  }

  /** One request from the port's own address: to the MAC address that is known, or to everybody (RFC 1122). */
  private ask(neighbour: Neighbour, now: number): void {
    if (neighbour.requests === 0) neighbour.changedAt = now;
    neighbour.requests++;
    this.wait(neighbour, now + RETRY_MS);
    const { port } = neighbour;
    const frame = this.output.spare();
    frame.port = port.index;
    frame.end = frame.start + ethernet.HEADER_LENGTH + arp.HEADER_LENGTH;
    const etherType = ethernet.ETHERTYPE_ARP;
    ethernet.write({ destination: BROADCAST_MAC, source: port.mac, etherType }, frame.bytes, frame.start);
    if (neighbour.known) setMac(frame.view, frame.start, neighbour.macHead, neighbour.macTail);
    const request = {
      operation: arp.REQUEST,
      senderMac: port.mac,
      senderIp: toUnsigned(port.address),
      targetMac: NO_MAC,
      targetIp: toUnsigned(neighbour.address),
    };
    arp.write(request, frame.bytes, frame.start + ethernet.HEADER_LENGTH);
    const verdict = this.output.verdict();
    verdict.relation = 'originated';
    verdict.rule = 'neighbour';
    send(verdict, frame);
  }

  private giveUp(neighbour: Neighbour): void {
    this.stopAsking(neighbour);
    neighbour.known = false;
    neighbour.staleAt = -Infinity;
    for (const held of takeHeld(neighbour)) {
      this.output.drop(this.about(held), 'neighbour', 'neighbour-unreachable');
    }
  }

  private stopAsking(neighbour: Neighbour): void {
    neighbour.requests = 0;
    neighbour.dueAt = Infinity;
    this.asking.delete(neighbour);
  }

  /** The oldest gives way, but for those that frames went to since they were last looked at. */
  private makeRoom(): void {
    for (const neighbour of this.all) {
      this.all.delete(neighbour);
      if (neighbour.used) {
        neighbour.used = false;
        this.all.add(neighbour);
        continue;
      }
      this.byPort[neighbour.port.index]!.delete(neighbour.address);
      neighbour.listed = false;
      this.giveUp(neighbour);
      return;
    }
  }

  private about(held: HeldPacket): Verdict {
    const verdict = this.output.verdict();
    verdict.rule = held.rule;
    verdict.service = held.service;
    verdict.server = held.server;
    verdict.connection = held.connection;
    verdict.detail = held.detail;
    verdict.released.push(held.ticket);
    return verdict;
  }
}

function isAsked({ dueAt }: Neighbour): boolean {
  return dueAt !== Infinity;
}

function takeHeld(neighbour: Neighbour): HeldPacket[] {
  const { held } = neighbour;
  neighbour.held = [];
  return held;
}
