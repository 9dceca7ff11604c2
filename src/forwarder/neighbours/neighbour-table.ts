import { BROADCAST_MAC } from '../../packet/address.ts';
import * as arp from '../../packet/arp.ts';
import * as ethernet from '../../packet/ethernet.ts';
import { copyOf, type Frame } from '../frame.ts';
import { send, type Output } from '../output.ts';
import { macHead, macTail, setMac, type Port } from '../port.ts';
import type { Verdict } from '../verdict.ts';
import { Neighbour, type HeldPacket } from './neighbour.ts';

/** As Linux: three requests a second apart (`mcast_solicit`, `retrans_time_ms`). */
const MOST_REQUESTS = 3;
const RETRY_MS = 1000;
/** Twice Linux's `base_reachable_time_ms`: it asks again between 15 and 45 s after the last answer. */
const STALE_MS = 60_000;
const MOST_HELD = 16;
const MOST_NEIGHBOURS = 4096;

/**
 * The forwarder's own neighbour table (RFC 826): the node's kernel must stay silent about the VIP, so the forwarder
 * cannot rely on what the kernel learns. Frames for a neighbour not yet known wait, at most 16 of them; they leave
 * when it answers, or are dropped when three requests had no answer.
 */
export class NeighbourTable {
  private readonly output: Output;
  /** By port index, then by address. */
  private readonly byPort: Map<number, Neighbour>[] = [];
  private readonly asking = new Set<Neighbour>();
  private size = 0;

  constructor(output: Output) {
    this.output = output;
  }

  /** The entry for an address (signed), made when there is none; `undefined` when the table is full. */
  get(port: Port, address: number): Neighbour | undefined {
    const neighbours = (this.byPort[port.index] ??= new Map<number, Neighbour>());
    let neighbour = neighbours.get(address);
    if (neighbour === undefined && this.size < MOST_NEIGHBOURS) {
      neighbours.set(address, (neighbour = new Neighbour(port, address)));
      this.size++;
    }
    return neighbour;
  }

  /** The entry for an address (signed), if it is known or asked for. */
  find(port: Port, address: number): Neighbour | undefined {
    const neighbour = this.byPort[port.index]?.get(address);
    return neighbour !== undefined && (neighbour.known || neighbour.requests > 0) ? neighbour : undefined;
  }

  /**
   * Sends the frame to a neighbour: writes both MAC addresses and adds it to the verdict, or holds it there and asks.
   * The frame's IP packet is final.
   */
  deliver(frame: Frame, neighbour: Neighbour, verdict: Verdict, now: number): void {
    if (!neighbour.known) {
      this.hold([frame], neighbour, verdict, now);
      return;
    }
    verdict.relation = 'forwarded';
    address(frame, neighbour);
    send(verdict, frame);
    if (now >= neighbour.staleAt && neighbour.requests === 0) this.ask(neighbour, now);
  }

  /** The same for the fragments of one packet. */
  deliverAll(frames: readonly Frame[], neighbour: Neighbour, verdict: Verdict, now: number): void {
    if (neighbour.known) for (const frame of frames) this.deliver(frame, neighbour, verdict, now);
    else this.hold(frames, neighbour, verdict, now);
  }

  /** `mac` answers for the neighbour: what was held for it leaves. */
  learn(neighbour: Neighbour, mac: number, now: number): void {
    neighbour.known = true;
    neighbour.macHead = macHead(mac);
    neighbour.macTail = macTail(mac);
    neighbour.staleAt = now + STALE_MS;
    this.stopAsking(neighbour);
    for (const held of takeHeld(neighbour)) {
      const verdict = this.about(held);
      verdict.relation = 'forwarded';
      for (const frame of held.frames) {
        address(frame, neighbour);
        send(verdict, frame);
      }
    }
  }

  /** Forgets who has this address (signed): it has moved to another machine. */
  forget(neighbourAddress: number): void {
    for (const neighbours of this.byPort) {
      const neighbour = neighbours.get(neighbourAddress);
      if (neighbour !== undefined) neighbour.known = false;
    }
  }

  /** Forgets everyone. What was held is dropped, for its port may be gone. */
  clear(): void {
    for (const neighbours of this.byPort) {
      for (const neighbour of neighbours.values()) this.giveUp(neighbour);
    }
    this.byPort.length = 0;
    this.size = 0;
  }

  /** Asks again where the time is over, and gives up after the last request. */
  advance(now: number): void {
    for (const neighbour of this.asking) {
      if (neighbour.retryAt > now) continue;
      if (neighbour.requests < MOST_REQUESTS) this.ask(neighbour, now);
      else this.giveUp(neighbour);
    }
  }

  /** Milliseconds; Infinity when no request is under way. */
  nextTimer(): number {
    let next = Infinity;
    for (const neighbour of this.asking) next = Math.min(next, neighbour.retryAt);
    return next;
  }

  /** Whether packets wait for somebody to answer. */
  get holds(): boolean {
    for (const { held } of this.asking) if (held.length > 0) return true;
    return false;
  }

  private hold(frames: readonly Frame[], neighbour: Neighbour, verdict: Verdict, now: number): void {
    if (neighbour.held.length >= MOST_HELD) {
      this.output.drop(verdict, 'neighbour', 'neighbour-queue-full');
      return;
    }
    verdict.relation = 'held';
    verdict.ticket = this.output.ticket();
    const { ticket, rule, service, server, connection, detail } = verdict;
    neighbour.held.push({ frames: frames.map(copyOf), ticket, rule, service, server, connection, detail });
    if (neighbour.requests === 0) this.ask(neighbour, now);
  }

  /** One request from the port's own address; to the last known MAC address first, when there is one (RFC 1122). */
  private ask(neighbour: Neighbour, now: number): void {
    neighbour.requests++;
    neighbour.retryAt = now + RETRY_MS;
    this.asking.add(neighbour);
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
      senderIp: port.address,
      targetMac: 0,
      targetIp: neighbour.address,
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
    for (const held of takeHeld(neighbour)) {
      this.output.drop(this.about(held), 'neighbour', 'neighbour-unreachable');
    }
  }

  private stopAsking(neighbour: Neighbour): void {
    neighbour.requests = 0;
    neighbour.retryAt = Infinity;
    this.asking.delete(neighbour);
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

function address(frame: Frame, neighbour: Neighbour): void {
  const { port } = neighbour;
  setMac(frame.view, frame.start + ethernet.DESTINATION, neighbour.macHead, neighbour.macTail);
  setMac(frame.view, frame.start + ethernet.SOURCE, port.macHead, port.macTail);
  frame.port = port.index;
}

function takeHeld(neighbour: Neighbour): HeldPacket[] {
  const { held } = neighbour;
  neighbour.held = [];
  return held;
}
