/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng): the blocks and options that are read or written here. */

export const BLOCK = {
  sectionHeader: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete; read only. */
  packet: 2,
  /** Read only. */
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Type and length before the body, the length again after it. */
export const BLOCK_OVERHEAD = 12;

export const OPTION = {
  end: 0,
  comment: 1,
  interface: { name: 2, description: 3, ipv4: 4, mac: 6, timeResolution: 9, filter: 11, timeOffset: 14 },
  // No epb_verdict (7): editcap and mergecap 4.0 corrupt the file behind it.
  packet: { flags: 2, dropCount: 4, packetId: 5 },
  statistics: { received: 4, dropped: 5 },
} as const;

export const NAME_RECORD = { end: 0, ipv4: 1 } as const;

/** Bits 0 and 1 of a packet's flags. */
export const DIRECTION = { in: 1, out: 2 } as const;
