import { u16 } from '../../packet/bytes.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';

const IP = ethernet.HEADER_LENGTH;
const MSS_OPTION = 2;
/** Connections that are remembered; of more, the link's MTU alone tells. */
const MOST = 100_000;

/** What each end of a TCP connection takes in one segment, by its SYN. */
export class SegmentSizes {
  readonly #sizes = new Map<string, number>();

  /** To be shown every frame, in any order; it looks at SYNs only. */
  look(bytes: Uint8Array): void {
    const at = tcpAt(bytes);
    if (at === undefined || (bytes[at + tcp.FLAGS]! & tcp.SYN) === 0 || this.#sizes.size >= MOST) return;
    const end = Math.min(bytes.length, at + tcp.headerLengthOf(bytes, at));
    for (let option = at + tcp.HEADER_LENGTH; option + 1 < end;) {
      const kind = bytes[option]!;
      if (kind === 0) return;
      if (kind === MSS_OPTION && option + 4 <= end) {
        this.#sizes.set(keyOf(bytes, at, false), u16(bytes, option + 2));
        return;
      }
      option += kind === 1 ? 1 : Math.max(2, bytes[option + 1]!);
    }
  }

  /** Of the receiver of this packet. */
  of(bytes: Uint8Array): number | undefined {
    const at = tcpAt(bytes);
    return at === undefined ? undefined : this.#sizes.get(keyOf(bytes, at, true));
  }
}

function tcpAt(bytes: Uint8Array): number | undefined {
  if (bytes.length < IP + ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH) return undefined;
  if (ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4) return undefined;
  if (ipv4.protocolOf(bytes, IP) !== ipv4.PROTOCOL_TCP || ipv4.isFragment(bytes, IP)) return undefined;
  const at = IP + ipv4.headerLengthOf(bytes, IP);
  return at + tcp.HEADER_LENGTH <= bytes.length ? at : undefined;
}

/** The sender's end first; of the receiver's when `reversed`. */
function keyOf(bytes: Uint8Array, at: number, reversed: boolean): string {
  const source = `${ipv4.sourceOf(bytes, IP)}:${tcp.sourcePortOf(bytes, at)}`;
  const destination = `${ipv4.destinationOf(bytes, IP)}:${tcp.destinationPortOf(bytes, at)}`;
  return reversed ? `${destination}>${source}` : `${source}>${destination}`;
}
