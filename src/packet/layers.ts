import type { Ipv4, Mac } from './address.ts';

/**
 * Records of the headers in one frame. Offsets are bytes from the start of the frame. All fields are plain properties
 * but `checksumOk` of TCP, UDP and ICMP, a getter that reads the packet when it is asked for (so a copy by spreading
 * or JSON is without it).
 */

/** Where a header stands in the frame: `[start, end)`, `end` excluding the payload. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

export interface EthernetLayer extends Extent {
  readonly kind: 'ethernet';
  readonly destination: Mac;
  readonly source: Mac;
  readonly etherType: number;
}

/** RFC 826, for IPv4 over Ethernet only. */
export interface ArpLayer extends Extent {
  readonly kind: 'arp';
  /** 1 request, 2 reply. */
  readonly operation: number;
  readonly senderMac: Mac;
  readonly senderIp: Ipv4;
  readonly targetMac: Mac;
  readonly targetIp: Ipv4;
}

/** RFC 791. */
export interface Ipv4Layer extends Extent {
  readonly kind: 'ipv4';
  readonly trafficClass: number;
  readonly totalLength: number;
  readonly id: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Bytes, a multiple of 8. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly checksum: number;
  readonly checksumOk: boolean;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly options: Uint8Array;
}

/**
 * RFC 9293. In a quote of fewer than 20 bytes of header the layer is 8 bytes long, and what comes after the sequence
 * number is 0.
 */
export interface TcpLayer extends Extent {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** The low eight bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  /** `undefined` when it cannot be known (a fragment, a cut frame). */
  readonly checksumOk: boolean | undefined;
  readonly urgent: number;
  readonly options: Uint8Array;
}

/** RFC 768. */
export interface UdpLayer extends Extent {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly length: number;
  readonly checksum: number;
  /** `undefined` when there is none (0) or it cannot be known. */
  readonly checksumOk: boolean | undefined;
}

/** Generic UDP Encapsulation, version 0: between the UDP header and the packet inside. */
export interface GueLayer extends Extent {
  readonly kind: 'gue';
  readonly version: number;
  /** Of the packet inside: 4 is IPv4. */
  readonly protocol: number;
  readonly flags: number;
}

/** RFC 792. */
export interface IcmpLayer extends Extent {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly checksumOk: boolean | undefined;
  /** The second 32-bit word: identifier and sequence of an echo, next-hop MTU of a 3/4. */
  readonly rest: number;
  /**
   * The layers of the packet an error quotes, its payload included: the first is `ipv4`. Empty for everything else,
   * and for a quote that cannot be read, which is then a `payload` behind this layer.
   */
  readonly quoted: readonly Layer[];
}

/** RFC 9568 (version 3) and RFC 3768 (version 2), an advertisement: the addresses, and the authentication of version 2, included. */
export interface VrrpLayer extends Extent {
  readonly kind: 'vrrp';
  readonly version: number;
  readonly type: number;
  readonly virtualRouter: number;
  /** 0: the active router stops. 255: it owns the addresses. */
  readonly priority: number;
  /** Version 2 only: 0 none, 1 a password in clear text. */
  readonly authenticationType: number;
  /** Hundredths of a second between two of them; version 2 has whole seconds. */
  readonly interval: number;
  readonly checksum: number;
  /**
   * By what the checksum is right: the message with the pseudo-header of IPv4, the message alone, or not at all.
   * `undefined` when it cannot be known (a fragment, a quote).
   */
  readonly checksumCovers: 'pseudo-header' | 'message' | 'nothing' | undefined;
  /** Four bytes each. */
  readonly addresses: Uint8Array;
  /** Eight bytes in version 2, whatever its type. */
  readonly authentication: Uint8Array;
}

/** Whatever follows the last header we know, without the Ethernet trailer. Not there when it would be empty. */
export interface PayloadLayer extends Extent {
  readonly kind: 'payload';
}

export type Layer =
  | EthernetLayer
  | ArpLayer
  | Ipv4Layer
  | TcpLayer
  | UdpLayer
  | GueLayer
  | IcmpLayer
  | VrrpLayer
  | PayloadLayer;

export type PacketProblemCode =
  /** The frame, or the packet inside it, ends before the header does. */
  | 'truncated'
  /** IP version is not 4. */
  | 'bad-version'
  /** IHL below 5, or TCP data offset below 5, or beyond the packet. */
  | 'bad-header-length'
  /** IPv4 total length below the header length; UDP length below 8 or beyond the packet. */
  | 'bad-length'
  /** ARP of another hardware or protocol type; VRRP of another version or type. */
  | 'unsupported'
  /** A capture file that is none, or is damaged. */
  | 'bad-capture';

export interface PacketProblem {
  readonly problem: PacketProblemCode;
  /** The layer or block at fault, in the field's words: `ipv4`, `tcp`, `pcapng block`. */
  readonly where: string;
  /** Byte offset at which it starts. */
  readonly at: number;
}

/** The layers of a frame, outermost first; IP-in-IP gives two `ipv4` layers in a row, GUE `udp` and `gue` between them. */
export interface DecodedFrame {
  readonly bytes: Uint8Array;
  readonly layers: readonly Layer[];
  /** Why decoding stopped early; the layers before it are still there. */
  readonly problem?: PacketProblem;
}

/** Field names are Wireshark's display-filter names, so that what is seen here can be typed there. */
export type FieldName =
  | 'eth.dst'
  | 'eth.src'
  | 'arp.opcode'
  | 'arp.src.hw_mac'
  | 'arp.src.proto_ipv4'
  | 'arp.dst.hw_mac'
  | 'arp.dst.proto_ipv4'
  | 'ipip'
  | 'gue'
  | 'ip.dsfield'
  | 'ip.len'
  | 'ip.id'
  | 'ip.flags'
  | 'ip.frag_offset'
  | 'ip.ttl'
  | 'ip.proto'
  | 'ip.checksum'
  | 'ip.src'
  | 'ip.dst'
  | 'ip.options'
  | 'tcp.srcport'
  | 'tcp.dstport'
  | 'tcp.seq'
  | 'tcp.ack'
  | 'tcp.flags'
  | 'tcp.window_size'
  | 'tcp.checksum'
  | 'tcp.urgent_pointer'
  | 'tcp.options'
  | 'udp.srcport'
  | 'udp.dstport'
  | 'udp.length'
  | 'udp.checksum'
  | 'gue.version'
  | 'gue.proto'
  | 'gue.flags'
  | 'icmp.type'
  | 'icmp.code'
  | 'icmp.checksum'
  | 'icmp.rest'
  | 'icmp.quoted'
  | 'vrrp.version'
  | 'vrrp.virt_rtr_id'
  | 'vrrp.prio'
  | 'vrrp.auth_type'
  | 'vrrp.adver_int'
  | 'vrrp.short_adver_int'
  | 'vrrp.checksum'
  | 'vrrp.ip_addr'
  | 'vrrp.auth_string'
  | 'payload';

/** One field that two captures of the same packet show differently. Values are text, as a reader would write them. */
export interface FieldChange {
  readonly field: FieldName;
  /** Empty when the header did not exist before (`ipip`, `gue`: the outer headers were added). */
  readonly before: string;
  /** Empty when the header is gone. For `ipip` and `gue`, `OUTER-SOURCE → OUTER-DESTINATION`. */
  readonly after: string;
}
