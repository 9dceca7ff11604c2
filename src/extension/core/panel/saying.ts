import type { Translate } from '../../../l10n/translate.ts';
import { view } from '../../../packet/bytes.ts';
import type { DecodedFrame } from '../../../packet/layers.ts';

/** Longer lines are of no use on a row. */
const LONGEST = 80;

/** How an HTTP message begins; what follows in a TCP stream may begin anywhere. */
const HTTP = /^([A-Z]{3,10} \S+ HTTP|HTTP)\//;

/** What a packet says, in a few words: an ICMP error's meaning, who speaks for a virtual router, a line of HTTP, a datagram's first line if printable. */
export function saying({ bytes, layers }: DecodedFrame, translate: Translate): string {
  const icmp = layers.find((layer) => layer.kind === 'icmp');
  if (icmp && icmp.quoted.length > 0) {
    const key = `panel.icmp.${icmp.type}.${icmp.code}`;
    const text = translate(key, { mtu: icmp.rest & 0xffff });
    return text === key ? translate('panel.icmp.other', { type: icmp.type, code: icmp.code }) : text;
  }
  const vrrp = layers.find((layer) => layer.kind === 'vrrp');
  if (vrrp) {
    const { version, virtualRouter, priority, interval } = vrrp;
    const key = priority === 0 ? 'panel.vrrp.stops' : 'panel.vrrp.advertisement';
    return translate(key, { version, id: virtualRouter, priority, seconds: interval / 100 });
  }
  const payload = layers.find((layer) => layer.kind === 'payload');
  if (!payload || icmp) return '';
  const line = printable(view(bytes, payload.start, payload.end));
  return layers.some((layer) => layer.kind === 'tcp') && !HTTP.test(line) ? '' : line;
}

function printable(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.subarray(0, LONGEST)) {
    if (byte === 13 || byte === 10) break;
    if (byte < 32 || byte > 126) return '';
    text += String.fromCharCode(byte);
  }
  return text;
}
