import { BROADCAST_MAC } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as udp from '../packet/udp.ts';

/** Numbers of IANA's list "IEEE 802 Numbers", those that networks are full of. Names are the same in every language. */
const names: Readonly<Record<number, string>> = {
  0x0842: 'Wake-on-LAN',
  0x22f3: 'TRILL',
  0x8035: 'RARP',
  0x8137: 'IPX',
  0x86dd: 'IPv6',
  0x8808: 'Ethernet flow control',
  0x8809: 'LACP',
  0x8847: 'MPLS',
  0x8848: 'MPLS',
  0x8863: 'PPPoE discovery',
  0x8864: 'PPPoE',
  0x888e: '802.1X',
  0x88cc: 'LLDP',
  0x88e5: 'MACsec',
  0x88f7: 'PTP',
  0x9000: 'Ethernet loopback',
};
/** Smaller values are a length: then an LLC header follows, as spanning tree has it (IEEE 802.3, clause 3.2.6). */
const FIRST_TYPE = 0x0600;

/** Undefined for a frame too short to have one. */
function typeOf(bytes: Uint8Array): number | undefined {
  return bytes.length < ethernet.HEADER_LENGTH ? undefined : ethernet.etherTypeOf(bytes, 0);
}

/** IPv4 and ARP: what the models speak of. */
export function isOfModels(bytes: Uint8Array): boolean {
  const type = typeOf(bytes);
  return type === ethernet.ETHERTYPE_IPV4 || type === ethernet.ETHERTYPE_ARP;
}

/** 224.0.0.0/4 (RFC 5771), and 255.255.255.255 (RFC 919). */
const FIRST_MULTICAST = 0xe000_0000;
const FIRST_RESERVED = 0xf000_0000;
const LIMITED_BROADCAST = 0xffff_ffff;

/**
 * Whether a packet of IPv4 is for everybody on the segment, or for whoever listens to a group. A frame to a group's MAC with the
 * address of one host in it is neither: some clusters share an address so.
 */
export function groupOf(bytes: Uint8Array): 'broadcast' | 'multicast' | undefined {
  if (typeOf(bytes) !== ethernet.ETHERTYPE_IPV4) return undefined;
  if (ethernet.destinationOf(bytes, 0) === BROADCAST_MAC) return 'broadcast';
  if (bytes.length < ethernet.HEADER_LENGTH + ipv4.HEADER_LENGTH) return undefined;
  const destination = ipv4.destinationOf(bytes, ethernet.HEADER_LENGTH);
  if (destination === LIMITED_BROADCAST) return 'broadcast';
  return destination >= FIRST_MULTICAST && destination < FIRST_RESERVED ? 'multicast' : undefined;
}

/** Of IPv4 by its protocol's number: RFC 2236, 2328, 7761, 9568. */
const groupProtocols: Readonly<Record<number, string>> = { 2: 'IGMP', 89: 'OSPF', 103: 'PIM', 112: 'VRRP' };
/** Of UDP by its port: IPVS's synchronization of connections is the kernel's own. */
const groupPorts: Readonly<Record<number, string>> = {
  67: 'DHCP',
  68: 'DHCP',
  137: 'NetBIOS',
  138: 'NetBIOS',
  520: 'RIP',
  1900: 'SSDP',
  1985: 'HSRP',
  5353: 'mDNS',
  5355: 'LLMNR',
  8848: 'IPVS sync',
};

/** What a packet of IPv4 for a group carries, by its protocol's name, or by numbers where it has none here. */
export function groupName(bytes: Uint8Array): string {
  const at = ethernet.HEADER_LENGTH;
  if (ipv4.checkHeader(bytes, at, bytes.length) !== undefined) return 'IPv4';
  const protocol = ipv4.protocolOf(bytes, at);
  if (protocol !== ipv4.PROTOCOL_UDP) return groupProtocols[protocol] ?? `IPv4 ${protocol}`;
  const l4 = at + ipv4.headerLengthOf(bytes, at);
  if (ipv4.isFragment(bytes, at) || l4 + udp.HEADER_LENGTH > bytes.length) return 'UDP';
  const port = udp.destinationPortOf(bytes, l4);
  return groupPorts[port] ?? `UDP ${port}`;
}

/** What an untagged frame carries, by its protocol's name, or by its number where it has none here. */
export function etherTypeName(bytes: Uint8Array): string {
  const type = typeOf(bytes);
  if (type === undefined) return `< ${ethernet.HEADER_LENGTH} B`;
  if (type < FIRST_TYPE) return isSnap(bytes) ? '802.3 SNAP' : '802.3 LLC';
  return names[type] ?? `0x${type.toString(16).padStart(4, '0')}`;
}

/** IEEE 802, clause 9: an EtherType behind an LLC header of this form. */
function isSnap(bytes: Uint8Array): boolean {
  return bytes[14] === 0xaa && bytes[15] === 0xaa && bytes[16] === 3;
}
