import type { FrameEvent, LabEvent } from '../../src/lab/events.ts';
import { formatIpv4 } from '../../src/packet/address.ts';
import { decodeFrame } from '../../src/packet/decode.ts';

/** What a director said of VRRP and gratuitous ARP: `advertises 200`, `announces 10.0.2.100`. */
export interface Spoken {
  readonly timeNs: number;
  readonly node: string;
  readonly what: string;
}

/** As those who said it captured it. */
export function spokenIn(events: readonly LabEvent[]): Spoken[] {
  const sent = events.filter(
    (event): event is FrameEvent => event.kind === 'frame' && event.direction === 'out',
  );
  return sent.flatMap(({ timeNs, node, bytes }) => {
    const what = wordsOf(bytes);
    return what === undefined ? [] : [{ timeNs, node, what }];
  });
}

export function wordsOf(bytes: Uint8Array): string | undefined {
  for (const layer of decodeFrame(bytes).layers) {
    if (layer.kind === 'vrrp') return `advertises ${layer.priority}`;
    if (layer.kind === 'arp' && layer.senderIp === layer.targetIp)
      return `announces ${formatIpv4(layer.senderIp)}`;
  }
  return undefined;
}
