import type { SignedIpv4 } from '../packet/address.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import type { Addresses } from './addresses.ts';
import { answerWithReset, writeError, type ErrorKind } from './answers.ts';
import { l4ChecksumOk } from './checksums.ts';
import { ErrorLimit } from './error-limit.ts';
import { addressAt, queryPorts } from './headers.ts';
import { send, type Output } from './output.ts';
import type { Packet } from './packet.ts';
import type { Port } from './port.ts';
import type { Server } from './server.ts';
import type { DropReason, Rule, Verdict } from './verdict.ts';

const TIME_EXCEEDED = { type: icmp.TIME_EXCEEDED, code: 0 };
const PORT_UNREACHABLE = { type: icmp.DESTINATION_UNREACHABLE, code: icmp.PORT_UNREACHABLE };

/** Packets that are not forwarded. Mostly their sender is told why: by a reset, or an ICMP error. */
export class Refusals {
  private readonly output: Output;
  private readonly addresses: Addresses;
  /** Of all ICMP errors, also those that are passed on from others in the director's own words. */
  readonly limit = new ErrorLimit();

  constructor(output: Output, addresses: Addresses) {
    this.output = output;
    this.addresses = addresses;
  }

  /** Nobody is here for this packet: TCP is reset, a datagram answered by an ICMP 3/3 (RFC 1122, section 4.1.3.1). */
  nobody(packet: Packet, port: Port, verdict: Verdict, rule: Rule): Verdict {
    const { view, ip, l4, frame, protocol } = packet;
    if (!frame.partialChecksum && !l4ChecksumOk(view, ip, l4, frame.end, protocol))
      return this.output.drop(verdict, 'malformed', 'bad-checksum');
    if (protocol === ipv4.PROTOCOL_UDP)
      return this.error(packet, port, verdict, rule, 'no-connection', PORT_UNREACHABLE);
    // A reset is never answered: two hosts would go on for ever (RFC 9293, section 3.10.7.1).
    if (protocol !== ipv4.PROTOCOL_TCP || (packet.flags & tcp.RST) !== 0)
      return this.output.drop(verdict, rule, 'no-connection');
    answerWithReset(packet, port);
    verdict.relation = 'answered';
    verdict.rule = rule;
    send(verdict, packet.frame);
    return verdict;
  }

  /** Nobody's, or the kernel's: packets for the node's own addresses are none of the forwarder's business. */
  notOurs(destination: SignedIpv4, verdict: Verdict): Verdict {
    if (!this.addresses.isOwn(destination)) return this.output.drop(verdict, 'not-ours', 'not-ours');
    verdict.input = false;
    return verdict;
  }

  /** A packet whose source is a martian. One for the node itself is left to its kernel, which drops it too. */
  martian({ view, ip }: Packet, verdict: Verdict): Verdict {
    const destination = addressAt(view, ip + ipv4.DESTINATION);
    if (this.addresses.isVip(destination) || !this.addresses.isOwn(destination))
      return this.output.drop(verdict, 'malformed', 'martian-source');
    verdict.input = false;
    return verdict;
  }

  /** For TCP too, as IPVS's `ip_vs_leave` has it: the address is served, but there is no socket that could reset. */
  noServer(packet: Packet, port: Port, verdict: Verdict): Verdict {
    return this.error(packet, port, verdict, 'schedule', 'no-server', PORT_UNREACHABLE);
  }

  /** A hash named a server that takes nobody new, and looks no further (ip_vs_sh.c, `ip_vs_sh_get`). */
  drained(packet: Packet, server: Server, port: Port, verdict: Verdict): Verdict {
    if (server.service.servers.every(({ weight }) => weight === 0))
      return this.noServer(packet, port, verdict);
    verdict.server = server.slot;
    return this.error(packet, port, verdict, 'schedule', 'server-drained', PORT_UNREACHABLE);
  }

  ttlExpired(packet: Packet, port: Port, verdict: Verdict): Verdict {
    return this.error(packet, port, verdict, 'ttl', 'ttl-expired', TIME_EXCEEDED);
  }

  /** RFC 1191: `mtu` is what would have fitted. */
  tooBig(packet: Packet, port: Port, verdict: Verdict, mtu: number): Verdict {
    const kind = { type: icmp.DESTINATION_UNREACHABLE, code: icmp.FRAGMENTATION_NEEDED, rest: mtu };
    return this.error(packet, port, verdict, 'mtu', 'too-big', kind);
  }

  /**
   * Counted as a drop, and told unless that is forbidden (RFC 1122, section 3.2.2) or too much. From where the packet was sent
   * to when that is an address of the director or a VIP, else from the port it came in by.
   */
  private error(
    packet: Packet,
    port: Port,
    verdict: Verdict,
    rule: Rule,
    reason: DropReason,
    kind: ErrorKind,
  ): Verdict {
    const { view, ip, now } = packet;
    const source = addressAt(view, ip + ipv4.SOURCE);
    const isForbidden = !mayCauseError(packet) || this.addresses.isMartian(source);
    if (isForbidden || !this.limit.allows(kind.type, kind.code, source, now))
      return this.output.drop(verdict, rule, reason);
    const destination = addressAt(view, ip + ipv4.DESTINATION);
    const error = this.output.spare();
    writeError(packet, kind, this.addresses.isLocal(destination) ? destination : port.address, port, error);
    this.output.drops[reason]++;
    verdict.relation = 'caused-error';
    verdict.rule = rule;
    verdict.reason = reason;
    send(verdict, error);
    return verdict;
  }
}

/** Not an ICMP error, and not a later fragment. */
function mayCauseError({ view, ip, l4, protocol }: Packet): boolean {
  if ((view.getUint16(ip + ipv4.FRAGMENT) & 0x1fff) !== 0) return false;
  return protocol !== ipv4.PROTOCOL_ICMP || queryPorts(view, l4) !== -1;
}
