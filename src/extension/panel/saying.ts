import type { Translate } from '../../l10n/translate.ts';
import { view } from '../../packet/bytes.ts';
import type { DecodedFrame } from '../../packet/layers.ts';

/** Longer lines are of no use on a row. */
const LONGEST = 80;

/** What a packet says, in a few words: an ICMP error's meaning, or the first line of printable payload. */
export function saying({ bytes, layers }: DecodedFrame, translate: Translate): string {
  const icmp = layers.find((layer) => layer.kind === 'icmp');
  if (icmp && icmp.quoted.length > 0) {
    const key = `panel.icmp.${icmp.type}.${icmp.code}`;
    const text = translate(key, { mtu: icmp.rest & 0xffff });
    return text === key ? translate('panel.icmp.other', { type: icmp.type, code: icmp.code }) : text;
  }
  const payload = layers.find((layer) => layer.kind === 'payload');
  if (!payload || icmp) return '';
  return printable(view(bytes, payload.start, payload.end));
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
