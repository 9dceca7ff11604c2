import { type Ipv4, type Mac, parseIpv4, parseMac } from '../../src/packet/address.ts';
import { buildTcp } from '../../src/packet/build.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import { isProblem } from '../../src/packet/problem.ts';
import type { DecodedFrame, Layer, PacketProblem } from '../../src/packet/layers.ts';
import type { IpFields } from '../../src/packet/build.ts';
import type { TcpHeader } from '../../src/packet/tcp.ts';

export function ip(text: string): Ipv4 {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

export function mac(text: string): Mac {
  const address = parseMac(text);
  if (address === undefined) throw new Error(`no MAC: ${text}`);
  return address;
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export const macs = { source: mac('02:00:00:00:00:01'), destination: mac('02:00:00:00:00:02') };

/** A TCP frame from a client to a VIP, any header value replaced. */
export function tcpFrame(
  change: {
    ethernet?: typeof macs;
    ip?: Partial<IpFields>;
    tcp?: Partial<TcpHeader>;
    payload?: Uint8Array;
  } = {},
): Uint8Array {
  return buildTcp({
    ethernet: change.ethernet ?? macs,
    ip: {
      source: ip('10.0.1.2'),
      destination: ip('10.0.2.100'),
      id: 0x1234,
      dontFragment: true,
      ...change.ip,
    },
    tcp: { sourcePort: 40000, destinationPort: 80, sequence: 1000, flags: 0x18, ...change.tcp },
    payload: change.payload ?? ascii('GET / HTTP/1.1\r\n\r\n'),
  });
}

/** The layer of this kind, or a failure that shows what there is. */
export function layerOf<K extends Layer['kind']>(
  { layers }: Pick<DecodedFrame, 'layers'>,
  kind: K,
  index = 0,
): Extract<Layer, { kind: K }> {
  const found = layers.filter((layer) => layer.kind === kind)[index];
  if (found === undefined) throw new Error(`no ${kind} in ${layers.map((layer) => layer.kind).join(' ')}`);
  return found as Extract<Layer, { kind: K }>;
}

/** A decoded header; a problem is a failure. */
export function header<T extends object>(result: T | PacketProblem): T {
  if (isProblem(result)) throw new Error(JSON.stringify(result));
  return result;
}

export function kinds(bytes: Uint8Array, originalLength?: number): string {
  return decodeFrame(bytes, originalLength)
    .layers.map((layer) => layer.kind)
    .join(' ');
}
