import { asMac, BROADCAST_MAC, NO_MAC, type Mac } from '../../packet/address.ts';
import { setU16, setU48, u16, u32, u48 } from '../../packet/bytes.ts';
import * as ethernet from '../../packet/ethernet.ts';

/** Numbers of the tcpdump group's list of link-layer header types. */
const LINK_TYPE = { ethernet: 1, sll: 113, sll2: 276 } as const;

/** What `tcpdump -i any` writes in front of each packet (LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2). */
const layouts = {
  [LINK_TYPE.sll]: { length: 16, type: 0, hardware: 2, addressLength: 4, address: 6, protocol: 14 },
  [LINK_TYPE.sll2]: { length: 20, type: 10, hardware: 8, addressLength: 11, address: 12, protocol: 0 },
} as const;
const SLL2_INTERFACE = 4;
const TO_US = 0;
const BROADCAST = 1;
const MULTICAST = 2;
const FROM_US = 4;
/** ARPHRD_ETHER: anything else is a tunnel, the loopback or a card that is no Ethernet. */
const HARDWARE_ETHERNET = 1;

/** A frame as Ethernet II. */
export interface LinkFrame {
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  readonly direction?: 'in' | 'out';
  /** The destination is the capturing interface's own MAC, which the file does not name. */
  readonly isToUs?: boolean;
  /** Which of the host's interfaces, where one capture is of several: its index, or its neighbour's MAC. */
  readonly device?: number;
}

/** Whether frames of this link type can be read. */
export function isReadable(linkType: number): boolean {
  return linkType === LINK_TYPE.ethernet || isCooked(linkType);
}

function isCooked(linkType: number): linkType is keyof typeof layouts {
  return linkType in layouts;
}

/**
 * The frame with an Ethernet header. A cooked capture tells the sender's MAC only: the destination is unknown, but for
 * broadcasts and multicasts. `undefined` for what no Ethernet interface saw, or is too short.
 */
export function linkFrame(
  bytes: Uint8Array,
  originalLength: number,
  linkType: number,
): LinkFrame | undefined {
  if (!isCooked(linkType)) return { bytes, originalLength };
  const { length, type, hardware, addressLength, address, protocol } = layouts[linkType];
  if (bytes.length < length || u16(bytes, hardware) !== HARDWARE_ETHERNET) return undefined;
  const kind = linkType === LINK_TYPE.sll ? u16(bytes, type) : bytes[type]!;
  const addressBytes = linkType === LINK_TYPE.sll ? u16(bytes, addressLength) : bytes[addressLength]!;
  const source = addressBytes === 6 ? asMac(u48(bytes, address)) : NO_MAC;
  const made = new Uint8Array(ethernet.HEADER_LENGTH + bytes.length - length);
  setU48(made, ethernet.SOURCE, source);
  setU16(made, ethernet.ETHERTYPE, u16(bytes, protocol));
  made.set(bytes.subarray(length), ethernet.HEADER_LENGTH);
  setU48(made, ethernet.DESTINATION, destinationOf(made, kind));
  return {
    bytes: made,
    originalLength: originalLength - length + ethernet.HEADER_LENGTH,
    direction: kind === FROM_US ? 'out' : 'in',
    isToUs: kind === TO_US,
    device: linkType === LINK_TYPE.sll2 ? u32(bytes, SLL2_INTERFACE) : source,
  };
}

function destinationOf(frame: Uint8Array, kind: number): Mac {
  if (kind === BROADCAST) return BROADCAST_MAC;
  const isIpv4 = ethernet.etherTypeOf(frame, 0) === ethernet.ETHERTYPE_IPV4;
  const address = ethernet.HEADER_LENGTH + 16;
  // RFC 1112, section 6.4: the low 23 bits of the group's address.
  if (kind === MULTICAST && isIpv4 && frame.length >= address + 4)
    return asMac(0x0100_5e00_0000 + (u32(frame, address) % 2 ** 23));
  return NO_MAC;
}
