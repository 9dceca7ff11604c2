import { asMac, type Mac } from '../../packet/address.ts';

/**
 * The MAC address of an interface, the same on every run: five bytes of FNV-1a over lab, node and segment after `02`,
 * which marks a locally administered station address (IEEE 802). `taken` are the addresses it must not be.
 */
export function deriveMac(lab: string, node: string, segment: string, taken: ReadonlySet<Mac>): Mac {
  for (let attempt = 0; ; attempt++) {
    const text = [lab, node, segment, ...(attempt === 0 ? [] : [String(attempt)])].join('/');
    const mac = asMac(0x02 * 2 ** 40 + Number(fnv1a(text) & 0xff_ffff_ffffn));
    if (!taken.has(mac)) return mac;
  }
}

/** 64-bit FNV-1a (RFC 9923) over UTF-16 code units, low byte first. */
function fnv1a(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    for (const byte of [unit & 0xff, unit >> 8]) {
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
    }
  }
  return hash ^ (hash >> 40n);
}
