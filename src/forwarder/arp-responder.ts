import type { SignedIpv4 } from '../packet/address.ts';
import { u16, u48 } from '../packet/bytes.ts';
import * as arp from '../packet/arp.ts';
import * as ethernet from '../packet/ethernet.ts';
import type { Addresses } from './addresses.ts';
import type { Frame } from './frame.ts';
import type { Neighbour } from './neighbours/neighbour.ts';
import type { Lesson, NeighbourTable } from './neighbours/neighbour-table.ts';
import { addressAt } from './headers.ts';
import { send } from './output.ts';
import { isAddressedTo, type Port } from './port.ts';
import type { Verdict } from './verdict.ts';

/** What the forwarder has to do with ARP (RFC 826): it answers for VIPs and learns neighbours. */
export class ArpResponder {
  private readonly addresses: Addresses;

  constructor(addresses: Addresses) {
    this.addresses = addresses;
  }

  /** `verdict` stays empty when the frame is the kernel's alone, even if something was learnt from it on the way. */
  receive(frame: Frame, port: Port, neighbours: NeighbourTable, verdict: Verdict, now: number): Verdict {
    const { bytes, view, start, end } = frame;
    const at = start + ethernet.HEADER_LENGTH;
    if (arp.check(bytes, at, end) !== undefined || !isOneMachine(bytes, at + arp.SENDER_MAC)) return verdict;
    const sender = addressAt(view, at + arp.SENDER_IP);
    const target = addressAt(view, at + arp.TARGET_IP);
    const operation = arp.operationOf(bytes, at);
    const isReply = operation === arp.REPLY && isAddressedTo(port, view, start);
    const asksForVip = operation === arp.REQUEST && this.addresses.isVip(target) && sender !== target;
    const asksUs = asksForVip || (operation === arp.REQUEST && target === port.address);
    const lesson = asksUs
      ? 'asked-us'
      : isReply
        ? 'answered-us'
        : isAnnouncement(frame, at, operation)
          ? 'announced'
          : 'overheard';
    // Before the answer overwrites the frame.
    const neighbour = this.neighbourOf(sender, port, neighbours, lesson);
    if (neighbour !== undefined && isReply) {
      verdict.relation = 'consumed';
      verdict.rule = 'arp-learn';
      verdict.input = true;
    }
    if (neighbour !== undefined) neighbours.learn(neighbour, arp.senderMacOf(bytes, at), lesson, now);
    return asksForVip ? answer(frame, port, verdict) : verdict;
  }

  /** The entry that a packet by `sender` is about, if it may teach anything. */
  private neighbourOf(
    sender: SignedIpv4,
    port: Port,
    neighbours: NeighbourTable,
    lesson: Lesson,
  ): Neighbour | undefined {
    const isForeign = (sender & port.mask) !== port.network || sender === port.address;
    // The VIP is ours whoever says otherwise: a server that does not hide it must not end up in the director's table.
    if (isForeign || this.addresses.isVip(sender)) return undefined;
    // Linux makes an entry only of who asks for it (`arp_accept` is 0).
    return lesson === 'asked-us' ? neighbours.get(port, sender) : neighbours.find(port, sender);
  }
}

/** Turns the request in the frame into its reply. */
function answer(frame: Frame, port: Port, verdict: Verdict): Verdict {
  const { bytes, start } = frame;
  const at = start + ethernet.HEADER_LENGTH;
  const asker = arp.senderMacOf(bytes, at);
  const header = {
    operation: arp.REPLY,
    senderMac: port.mac,
    senderIp: arp.targetIpOf(bytes, at),
    targetMac: asker,
    targetIp: arp.senderIpOf(bytes, at),
  };
  ethernet.write({ destination: asker, source: port.mac, etherType: u16(bytes, start + 12) }, bytes, start);
  arp.write(header, bytes, at);
  frame.end = at + arp.HEADER_LENGTH;
  verdict.relation = 'answered';
  verdict.rule = 'arp-vip';
  verdict.input = true;
  send(verdict, frame);
  return verdict;
}

/** arp.c, `arp_is_garp`: an answer must also name its sender as the machine that it is for. */
function isAnnouncement({ bytes, view }: Frame, at: number, operation: number): boolean {
  if (addressAt(view, at + arp.SENDER_IP) !== addressAt(view, at + arp.TARGET_IP)) return false;
  return operation === arp.REQUEST || u48(bytes, at + arp.TARGET_MAC) === u48(bytes, at + arp.SENDER_MAC);
}

/** A MAC address that is neither a group's nor empty. */
function isOneMachine(bytes: Uint8Array, offset: number): boolean {
  return (bytes[offset]! & 1) === 0 && u48(bytes, offset) !== 0;
}
