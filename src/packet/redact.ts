import type { AddressReplacement } from './address-replacement.ts';
import * as arp from './arp.ts';
import { setU16, setU32, setU48, u16 } from './bytes.ts';
import { decodeFrame } from './decode.ts';
import * as ethernet from './ethernet.ts';
import { httpLineEnd } from './http-line.ts';
import * as icmp from './icmp.ts';
import * as ipv4 from './ipv4.ts';
import type { IcmpLayer, Ipv4Layer, Layer, TcpLayer, UdpLayer, VrrpLayer } from './layers.ts';
import { asUdpChecksum, checksum, fold, pseudoHeaderSum } from './ones-complement.ts';
import * as tcp from './tcp.ts';
import { blankOptions } from './tcp-options.ts';
import * as udp from './udp.ts';
import * as vrrp from './vrrp.ts';

/** What is left out of a frame before somebody else sees it. Headers stay, and so do the lengths in them. */
export interface Redaction {
  /** `first-line`: the first line of an HTTP request or response stays. */
  readonly payload: 'none' | 'first-line';
  /** Other addresses in place of those seen; left out, they stay. */
  readonly addresses?: AddressReplacement | undefined;
}

/**
 * The frame without what the redaction leaves out: cut behind its headers, those of a quoted packet included. Its length on
 * the wire is told beside it, as for any frame that a capture cut. A checksum that covers what is left out is
 * that of zeros in its place, for it would tell short payloads; one that was wrong is wrong, and one that the sender had
 * not filled in is not filled in. Of a first fragment, whose checksum covers more than the frame, it is 0. Of what is not read here only
 * the Ethernet header stays, or the IPv4 header. Options that may hold an address become no-operations where addresses are
 * replaced.
 * @param originalLength The frame's length on the wire.
 */
export function redactFrame(
  bytes: Uint8Array,
  originalLength: number,
  { payload, addresses }: Redaction,
): Uint8Array {
  const { layers } = decodeFrame(bytes, originalLength);
  const all = layers.flatMap((layer) => (layer.kind === 'icmp' ? [layer, ...layer.quoted] : [layer]));
  const headers = all.filter(({ kind }) => kind !== 'payload');
  const last = headers.at(-1);
  if (last === undefined) return new Uint8Array();
  const data = layers.at(-1)!;
  const hasLine = payload === 'first-line' && last.kind === 'tcp' && last === layers.at(-2);
  const end = hasLine ? httpLineEnd(bytes, data.start, data.end) : last.end;
  const kept = bytes.slice(0, end);
  if (addresses) for (const layer of headers) replaceAddresses(kept, layer, addresses);
  // From the inside out: what is outside covers it.
  for (let at = headers.length - 1; at >= 0; at -= 1) {
    const layer = headers[at]!;
    if (layer.kind === 'ipv4') fillHeader(kept, layer);
    if (layer.kind === 'vrrp') hidePassword(kept, layer);
    if (!hasChecksum(layer)) continue;
    const around = headers.slice(0, at).findLast((one) => one.kind === 'ipv4');
    if (around?.kind === 'ipv4' && layer.kind === 'vrrp') fillVrrp(kept, layer, around);
    else if (around?.kind === 'ipv4' && layer.kind !== 'vrrp') fillL4(kept, bytes, layer, around);
  }
  return kept;
}

function hasChecksum(layer: Layer): layer is TcpLayer | UdpLayer | IcmpLayer | VrrpLayer {
  const { kind } = layer;
  return kind === 'tcp' || kind === 'udp' || kind === 'icmp' || kind === 'vrrp';
}

function replaceAddresses(bytes: Uint8Array, layer: Layer, addresses: AddressReplacement): void {
  const { start, end } = layer;
  switch (layer.kind) {
    case 'ethernet':
      ethernet.setDestination(bytes, start, addresses.mac(layer.destination));
      return ethernet.setSource(bytes, start, addresses.mac(layer.source));
    case 'arp':
      setU48(bytes, start + arp.SENDER_MAC, addresses.mac(layer.senderMac));
      setU48(bytes, start + arp.TARGET_MAC, addresses.mac(layer.targetMac));
      setU32(bytes, start + arp.SENDER_IP, addresses.ipv4(layer.senderIp));
      return setU32(bytes, start + arp.TARGET_IP, addresses.ipv4(layer.targetIp));
    case 'ipv4':
      setU32(bytes, start + ipv4.SOURCE, addresses.ipv4(layer.source));
      setU32(bytes, start + ipv4.DESTINATION, addresses.ipv4(layer.destination));
      return blankOptions(bytes, start + ipv4.HEADER_LENGTH, end, IPV4_OPTIONS);
    case 'vrrp':
      for (const [index, address] of vrrp.addressesOf(layer).entries())
        setU32(bytes, start + vrrp.HEADER_LENGTH + index * 4, addresses.ipv4(address));
      return;
    case 'tcp':
      return blankOptions(bytes, start + tcp.HEADER_LENGTH, end, TCP_OPTIONS);
    default:
  }
}

/** End, no-operation, router alert. */
const IPV4_OPTIONS = new Set([0, 1, 148]);
/** Those of `tcp-options.ts`: forwarders and multipath TCP put addresses into others. */
const TCP_OPTIONS = new Set([0, 1, 2, 3, 4, 5, 8]);

/** What stays wrong is wrong by this much. */
const WRONG_BY = 1;

function fillHeader(bytes: Uint8Array, { start, checksum: before, checksumOk }: Ipv4Layer): void {
  const isUnfilled = !checksumOk && before === 0;
  setU16(bytes, start + ipv4.CHECKSUM, 0);
  if (isUnfilled) return;
  const right = checksum(bytes, start, start + ipv4.headerLengthOf(bytes, start));
  setU16(bytes, start + ipv4.CHECKSUM, checksumOk ? right : right ^ WRONG_BY);
}

/** Whatever version 2 says that it is, it is nobody else's. */
function hidePassword(bytes: Uint8Array, { end, authentication }: VrrpLayer): void {
  bytes.fill(0, end - authentication.length, end);
}

/** By what it was right before, it is right again. */
function fillVrrp(bytes: Uint8Array, layer: VrrpLayer, around: Ipv4Layer): void {
  const { start, end, checksumCovers } = layer;
  setU16(bytes, start + vrrp.CHECKSUM, 0);
  if (checksumCovers === undefined) return;
  const pseudo =
    checksumCovers === 'pseudo-header'
      ? pseudoHeaderSum(
          ipv4.sourceOf(bytes, around.start),
          ipv4.destinationOf(bytes, around.start),
          around.protocol,
          end - start,
        )
      : 0;
  const right = checksum(bytes, start, end, pseudo);
  setU16(bytes, start + vrrp.CHECKSUM, checksumCovers === 'nothing' ? right ^ WRONG_BY : right);
}

function fillL4(
  bytes: Uint8Array,
  before: Uint8Array,
  layer: TcpLayer | UdpLayer | IcmpLayer,
  around: Ipv4Layer,
): void {
  const { start, kind } = layer;
  const field = start + (kind === 'tcp' ? tcp.CHECKSUM : kind === 'udp' ? udp.CHECKSUM : icmp.CHECKSUM);
  // A quote may end before it.
  if (field + 2 > bytes.length || field + 2 > layer.end) return;
  const old = u16(before, field);
  setU16(bytes, field, 0);
  if (around.moreFragments || around.fragmentOffset > 0 || (kind === 'udp' && old === 0)) return;
  const length = kind === 'udp' ? layer.length : around.totalLength - (around.end - around.start);
  const pseudo = (of: Uint8Array) =>
    kind === 'icmp'
      ? 0
      : pseudoHeaderSum(
          ipv4.sourceOf(of, around.start),
          ipv4.destinationOf(of, around.start),
          around.protocol,
          length,
        );
  const isUnfilled = kind !== 'icmp' && layer.checksumOk !== true && old === fold(pseudo(before));
  if (isUnfilled) return setU16(bytes, field, fold(pseudo(bytes)));
  const right = checksum(bytes, start, bytes.length, pseudo(bytes));
  const value = layer.checksumOk === false ? right ^ WRONG_BY : right;
  setU16(bytes, field, kind === 'udp' ? asUdpChecksum(value) : value);
}
