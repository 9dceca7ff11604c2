import type { FrameEvent } from '../../lab/events.ts';
import { formatIpv4, NO_ADDRESS, type Ipv4 } from '../../packet/address.ts';
import * as arp from '../../packet/arp.ts';
import * as ethernet from '../../packet/ethernet.ts';
import { eachOf, type Steps } from '../steps.ts';
import type { Observation } from './observation.ts';

/** A host asks so often before it gives up. */
const OFTEN = 3;

/**
 * Addresses that a host asked for by ARP again and again, where no answer was recorded: at the host itself none came, elsewhere
 * an answer would not have been seen.
 */
export function* unansweredQuestions(frames: readonly FrameEvent[]): Steps<Observation[]> {
  const asked = new Map<string, { node: string; isOwn: boolean; address: Ipv4; frames: number[] }>();
  const answered = new Set<Ipv4>();
  yield* eachOf(frames, ({ node, direction, bytes }, index) => {
    const at = ethernet.HEADER_LENGTH;
    if (bytes.length < at || ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_ARP) return;
    if (arp.check(bytes, at, bytes.length) !== undefined) return;
    const [from, address] = [arp.senderIpOf(bytes, at), arp.targetIpOf(bytes, at)];
    // Whoever speaks is there, whether asked or not.
    if (from !== NO_ADDRESS) answered.add(from);
    if (arp.operationOf(bytes, at) !== arp.REQUEST || from === address || from === NO_ADDRESS) return;
    const isOwn = direction === 'out';
    const key = `${node} ${isOwn} ${from} ${address}`;
    const known = asked.get(key);
    if (known) known.frames.push(index);
    else asked.set(key, { node, isOwn, address, frames: [index] });
  });
  const silent = [...asked.values()].filter(
    (one) => one.frames.length >= OFTEN && !answered.has(one.address),
  );
  // Who asked knows more than who heard it.
  const known = new Set(silent.flatMap(({ isOwn, address }) => (isOwn ? [address] : [])));
  const heard = new Set<Ipv4>();
  return silent.flatMap(({ node, isOwn, address, frames: own }) => {
    if (!isOwn && (known.has(address) || heard.has(address))) return [];
    if (!isOwn) heard.add(address);
    const params = { node, address: formatIpv4(address), count: own.length };
    return [{ code: isOwn ? 'no-arp-answer' : 'arp-asked', params, frames: own }];
  });
}
