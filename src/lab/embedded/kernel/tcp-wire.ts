import { setU16, u16, u8, view } from '../../../packet/bytes.ts';
import { l4ChecksumOk } from '../../../packet/checksum.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import * as tcp from '../../../packet/tcp.ts';
import { TCP_ACK, TCP_SYN, type TcpSegment } from '../tcp/segment.ts';
import type { IpOutput } from './ip-output.ts';
import type { Packet } from './packet.ts';

const OPTION_END = 0;
const OPTION_NOTHING = 1;
const OPTION_MAXIMUM_SEGMENT = 2;

/** The segment a packet carries; `undefined` when it is cut or its checksum fails. */
export function readSegment(packet: Packet): TcpSegment | undefined {
  const { bytes, at, payloadAt, end } = packet;
  if (tcp.check(bytes, payloadAt, end) || l4ChecksumOk(bytes, at, end) === false) return undefined;
  const dataAt = payloadAt + tcp.headerLengthOf(bytes, payloadAt);
  const maximumSegment = maximumSegmentOf(view(bytes, payloadAt + tcp.OPTIONS, dataAt));
  return {
    source: packet.source,
    sourcePort: tcp.sourcePortOf(bytes, payloadAt),
    destination: packet.destination,
    destinationPort: tcp.destinationPortOf(bytes, payloadAt),
    sequence: tcp.sequenceOf(bytes, payloadAt),
    acknowledgement: tcp.acknowledgementOf(bytes, payloadAt),
    flags: tcp.flagsOf(bytes, payloadAt),
    window: tcp.windowOf(bytes, payloadAt),
    ...(maximumSegment === undefined ? {} : { maximumSegment }),
    payload: view(bytes, dataAt, end),
  };
}

/**
 * Sends a segment as Linux does: DF set, and IP id 0 on a SYN-ACK and on whatever belongs to no connection, where no
 * socket counts ids. Returns false without a route.
 */
export function sendSegment(output: IpOutput, segment: TcpSegment, stateless: boolean): boolean {
  const { source, destination } = segment;
  const synAck = (segment.flags & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK);
  const options = segment.maximumSegment === undefined ? undefined : optionsOf(segment.maximumSegment);
  const header = { source, destination, protocol: ipv4.PROTOCOL_TCP, dontFragment: true };
  return output.send(
    synAck || stateless ? { ...header, id: 0 } : header,
    tcp.encode({ ...segment, options }, segment.payload, source, destination),
  );
}

function optionsOf(maximumSegment: number): Uint8Array {
  const options = new Uint8Array([OPTION_MAXIMUM_SEGMENT, 4, 0, 0]);
  setU16(options, 2, maximumSegment);
  return options;
}

/** RFC 9293, section 3.2. */
function maximumSegmentOf(options: Uint8Array): number | undefined {
  for (let at = 0; at < options.length;) {
    const kind = u8(options, at);
    if (kind === OPTION_END) return undefined;
    if (kind === OPTION_NOTHING) {
      at += 1;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) return undefined;
    if (kind === OPTION_MAXIMUM_SEGMENT && length === 4) return u16(options, at + 2);
    at += length;
  }
  return undefined;
}
