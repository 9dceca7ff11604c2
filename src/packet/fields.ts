/** Every header field with its value and how a reader would write it, in header order. */

import { asIpv4, formatIpv4, formatMac, hexPair } from './address.ts';
import { u32 } from './bytes.ts';
import type {
  ArpLayer,
  EthernetLayer,
  FieldName,
  GueLayer,
  IcmpLayer,
  Ipv4Layer,
  Layer,
  TcpLayer,
  UdpLayer,
  VrrpLayer,
} from './layers.ts';

export interface Field<L> {
  readonly name: FieldName;
  readonly value: (layer: L) => FieldValue;
  readonly text: (value: never) => string;
  /** Whether this layer has the field; left out, every one has. */
  readonly isIn?: (layer: L) => boolean;
}

export type FieldValue = number | Uint8Array;

const ETHERNET: readonly Field<EthernetLayer>[] = [
  { name: 'eth.dst', value: (l) => l.destination, text: formatMac },
  { name: 'eth.src', value: (l) => l.source, text: formatMac },
];

const ARP: readonly Field<ArpLayer>[] = [
  { name: 'arp.opcode', value: (l) => l.operation, text: String },
  { name: 'arp.src.hw_mac', value: (l) => l.senderMac, text: formatMac },
  { name: 'arp.src.proto_ipv4', value: (l) => l.senderIp, text: formatIpv4 },
  { name: 'arp.dst.hw_mac', value: (l) => l.targetMac, text: formatMac },
  { name: 'arp.dst.proto_ipv4', value: (l) => l.targetIp, text: formatIpv4 },
];

const IPV4: readonly Field<Ipv4Layer>[] = [
  { name: 'ip.dsfield', value: (l) => l.trafficClass, text: hex2 },
  { name: 'ip.len', value: (l) => l.totalLength, text: String },
  { name: 'ip.id', value: (l) => l.id, text: hex4 },
  { name: 'ip.flags', value: (l) => (l.dontFragment ? 2 : 0) | (l.moreFragments ? 1 : 0), text: ipFlags },
  { name: 'ip.frag_offset', value: (l) => l.fragmentOffset, text: String },
  { name: 'ip.ttl', value: (l) => l.ttl, text: String },
  { name: 'ip.proto', value: (l) => l.protocol, text: String },
  { name: 'ip.checksum', value: (l) => l.checksum, text: hex4 },
  { name: 'ip.src', value: (l) => l.source, text: formatIpv4 },
  { name: 'ip.dst', value: (l) => l.destination, text: formatIpv4 },
  { name: 'ip.options', value: (l) => l.options, text: hexBytes },
];

const TCP: readonly Field<TcpLayer>[] = [
  { name: 'tcp.srcport', value: (l) => l.sourcePort, text: String },
  { name: 'tcp.dstport', value: (l) => l.destinationPort, text: String },
  { name: 'tcp.seq', value: (l) => l.sequence, text: String },
  { name: 'tcp.ack', value: (l) => l.acknowledgement, text: String },
  { name: 'tcp.flags', value: (l) => l.flags, text: tcpFlags },
  { name: 'tcp.window_size', value: (l) => l.window, text: String },
  { name: 'tcp.checksum', value: (l) => l.checksum, text: hex4 },
  { name: 'tcp.urgent_pointer', value: (l) => l.urgent, text: String },
  { name: 'tcp.options', value: (l) => l.options, text: hexBytes },
];

const UDP: readonly Field<UdpLayer>[] = [
  { name: 'udp.srcport', value: (l) => l.sourcePort, text: String },
  { name: 'udp.dstport', value: (l) => l.destinationPort, text: String },
  { name: 'udp.length', value: (l) => l.length, text: String },
  { name: 'udp.checksum', value: (l) => l.checksum, text: hex4 },
];

const GUE: readonly Field<GueLayer>[] = [
  { name: 'gue.version', value: (l) => l.version, text: String },
  { name: 'gue.proto', value: (l) => l.protocol, text: String },
  { name: 'gue.flags', value: (l) => l.flags, text: hex4 },
];

const ICMP: readonly Field<IcmpLayer>[] = [
  { name: 'icmp.type', value: (l) => l.type, text: String },
  { name: 'icmp.code', value: (l) => l.code, text: String },
  { name: 'icmp.checksum', value: (l) => l.checksum, text: hex4 },
  { name: 'icmp.rest', value: (l) => l.rest, text: hex8 },
];

const isOld = ({ version }: VrrpLayer): boolean => version === 2;
const isNew = ({ version }: VrrpLayer): boolean => version !== 2;

const VRRP: readonly Field<VrrpLayer>[] = [
  { name: 'vrrp.version', value: (l) => l.version, text: String },
  { name: 'vrrp.virt_rtr_id', value: (l) => l.virtualRouter, text: String },
  { name: 'vrrp.prio', value: (l) => l.priority, text: String },
  { name: 'vrrp.auth_type', value: (l) => l.authenticationType, text: String, isIn: isOld },
  { name: 'vrrp.adver_int', value: (l) => l.interval, text: seconds, isIn: isOld },
  { name: 'vrrp.short_adver_int', value: (l) => l.interval, text: seconds, isIn: isNew },
  { name: 'vrrp.checksum', value: (l) => l.checksum, text: hex4 },
  { name: 'vrrp.ip_addr', value: (l) => l.addresses, text: addressList },
  { name: 'vrrp.auth_string', value: (l) => l.authentication, text: hexBytes, isIn: isOld },
];

/** The fields of a layer of this kind. A payload has none: its bytes are compared as a whole. */
const FIELDS: Readonly<Record<Layer['kind'], readonly Field<never>[]>> = {
  ethernet: ETHERNET,
  arp: ARP,
  ipv4: IPV4,
  tcp: TCP,
  udp: UDP,
  gue: GUE,
  icmp: ICMP,
  vrrp: VRRP,
  payload: [],
};

/** Those that this layer has. */
export function fieldsOf(layer: Layer): readonly Field<Layer>[] {
  const fields = FIELDS[layer.kind] as readonly Field<Layer>[];
  return layer.kind === 'vrrp' ? fields.filter(({ isIn }) => isIn?.(layer) ?? true) : fields;
}

/** At most 40 bytes (as many as options can have); `-` for none, because an empty text says that there is no header. */
export function hexBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '-';
  let text = '';
  for (let i = 0; i < bytes.length && i < 40; i++) text += hexPair(bytes[i]!);
  return bytes.length > 40 ? `${text}… (${bytes.length})` : text;
}

const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** `SYN, ACK`, or `-` for none. */
export function tcpFlags(flags: number): string {
  return TCP_FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(', ') || '-';
}

function ipFlags(flags: number): string {
  return ['-', 'MF', 'DF', 'DF, MF'][flags]!;
}

/** At most ten addresses. */
function addressList(bytes: Uint8Array): string {
  const count = bytes.length >>> 2;
  const list = Array.from({ length: Math.min(count, 10) }, (_, at) => formatIpv4(asIpv4(u32(bytes, at * 4))));
  return count > 10 ? `${list.join(', ')}… (${count})` : list.join(', ') || '-';
}

function seconds(hundredths: number): string {
  return `${hundredths / 100} s`;
}

function hex2(value: number): string {
  return `0x${hexPair(value)}`;
}

function hex4(value: number): string {
  return `0x${hexPair(value >>> 8)}${hexPair(value)}`;
}

function hex8(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
