import assert from 'node:assert/strict';

/**
 * A second, separate reader of frames for the tests that judge the lab: it shares no line with src. It knows only
 * Ethernet, IPv4 (also in IPv4, and in UDP with GUE) and TCP, and fails on everything else.
 */
export interface WireIp {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly protocol: number;
  readonly id: number;
  readonly tos: number;
  readonly fragment: number;
  readonly length: number;
  readonly options: string;
  readonly checksumValid: boolean;
}

/** What stands between two IPv4 headers: UDP, and four bytes as hex. */
export interface WireGue {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly length: number;
  readonly checksum: number;
  readonly header: string;
}

export interface WireTcpFrame {
  readonly destinationMac: string;
  readonly sourceMac: string;
  readonly outer?: WireIp;
  readonly gue?: WireGue;
  readonly ip: WireIp;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tcpChecksum: number;
  readonly tcpChecksumValid: boolean;
  /** Sequence, acknowledgement, offset, flags, window, urgent pointer, options and payload, as hex. */
  readonly untouched: string;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly payload: string;
}

export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** `undefined` when the frame is no IPv4 (ARP). */
export function readTcpFrame(frame: Uint8Array): WireTcpFrame | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(12) !== 0x0800) return undefined;
  let { ip, body, rest } = readIp(frame.subarray(14));
  let outer: WireIp | undefined;
  if (ip.protocol === 4) {
    outer = ip;
    ({ ip, body, rest } = readIp(rest));
  }
  let gue: WireGue | undefined;
  if (ip.protocol === 17) {
    outer = ip;
    const udp = new DataView(rest.buffer, rest.byteOffset, 8);
    gue = {
      sourcePort: udp.getUint16(0),
      destinationPort: udp.getUint16(2),
      length: udp.getUint16(4),
      checksum: udp.getUint16(6),
      header: hex(rest.subarray(8, 12)),
    };
    ({ ip, body, rest } = readIp(rest.subarray(12)));
  }
  assert.equal(ip.protocol, 6);
  const tcp = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
  const offset = (tcp.getUint8(12) >> 4) * 4;
  const pseudo = new Uint8Array([...body.subarray(12, 20), 0, 6, rest.length >> 8, rest.length & 255]);
  return {
    destinationMac: macText(frame.subarray(0, 6)),
    sourceMac: macText(frame.subarray(6, 12)),
    ...(outer && { outer }),
    ...(gue && { gue }),
    ip,
    sourcePort: tcp.getUint16(0),
    destinationPort: tcp.getUint16(2),
    tcpChecksum: tcp.getUint16(16),
    tcpChecksumValid: foldedSum([pseudo, rest]) === 0xffff,
    untouched: hex(rest.subarray(4, 16)) + hex(rest.subarray(18)),
    sequence: tcp.getUint32(4),
    acknowledgement: tcp.getUint32(8),
    flags: tcp.getUint8(13),
    payload: hex(rest.subarray(offset)),
  };
}

function readIp(bytes: Uint8Array): { ip: WireIp; body: Uint8Array; rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.equal(bytes[0]! >> 4, 4);
  const headerLength = (bytes[0]! & 15) * 4;
  const length = view.getUint16(2);
  assert.ok(length <= bytes.length);
  const ip: WireIp = {
    source: bytes.subarray(12, 16).join('.'),
    destination: bytes.subarray(16, 20).join('.'),
    ttl: bytes[8]!,
    protocol: bytes[9]!,
    id: view.getUint16(4),
    tos: bytes[1]!,
    fragment: view.getUint16(6),
    length,
    options: hex(bytes.subarray(20, headerLength)),
    checksumValid: foldedSum([bytes.subarray(0, headerLength)]) === 0xffff,
  };
  return { ip, body: bytes.subarray(0, headerLength), rest: bytes.subarray(headerLength, length) };
}

/** RFC 1071, the slow and obvious way. */
function foldedSum(parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) part.forEach((byte, at) => (total += at % 2 === 0 ? byte * 256 : byte));
  while (total > 0xffff) total = (total % 65536) + Math.floor(total / 65536);
  return total;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function macText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
