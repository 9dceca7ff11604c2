import { u16 } from '../../packet/bytes.ts';
import * as ethernet from '../../packet/ethernet.ts';

/** IEEE 802.1Q, 802.1ad, and what was used for the outer tag before. */
const TAGS = [0x8100, 0x88a8, 0x9100];
const TAG_LENGTH = 4;
const MOST_TAGS = 4;

export interface Untagged {
  readonly bytes: Uint8Array;
  /** `100`, or the outer first: `100.5`. Empty for a frame without tags, and for one that has a priority only. */
  readonly vlan: string;
}

/** The frame without its VLAN tags; the same bytes when it has none. */
export function untagged(bytes: Uint8Array): Untagged {
  let end: number = ethernet.SOURCE + 6;
  const ids: number[] = [];
  while (ids.length < MOST_TAGS && end + 6 <= bytes.length && TAGS.includes(u16(bytes, end))) {
    ids.push(u16(bytes, end + 2) & 0xfff);
    end += TAG_LENGTH;
  }
  const tags = end - ethernet.SOURCE - 6;
  if (tags === 0) return { bytes, vlan: '' };
  const made = new Uint8Array(bytes.length - tags);
  made.set(bytes.subarray(0, ethernet.SOURCE + 6));
  made.set(bytes.subarray(end), ethernet.SOURCE + 6);
  return { bytes: made, vlan: ids.filter((id) => id !== 0).join('.') };
}
