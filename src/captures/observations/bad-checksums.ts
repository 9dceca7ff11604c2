import type { FrameEvent } from '../../lab/events.ts';
import { l4ChecksumOk } from '../../packet/checksum.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import { innermostAt } from '../clocks/survivors.ts';
import { eachOf, type Steps } from '../steps.ts';
import type { FrameRef } from '../told.ts';
import type { Observation } from './observation.ts';

/**
 * Frames that came to a node with a checksum that is wrong, and not one that its sender left to a card. What was recorded in
 * part, and what a card or a kernel joined or cut, says nothing of it.
 */
export function* badChecksums(
  frames: readonly FrameEvent[],
  refs: readonly FrameRef[],
): Steps<Observation[]> {
  const byNode = new Map<string, number[]>();
  const isPiece = (index: number, other: number): boolean => {
    const [one, two] = [refs[index]!, refs[other]];
    return two !== undefined && one.source === two.source && one.number === two.number;
  };
  yield* eachOf(frames, ({ node, direction, bytes, originalLength }, index) => {
    if (direction !== 'in' || bytes.length < originalLength) return;
    if (isPiece(index, index - 1) || isPiece(index, index + 1) || !isBad(bytes)) return;
    const own = byNode.get(node);
    if (own) own.push(index);
    else byNode.set(node, [index]);
  });
  return [...byNode].map(([node, own]) => ({
    code: 'bad-checksum',
    params: { node, count: own.length },
    frames: own,
  }));
}

function isBad(bytes: Uint8Array): boolean {
  const at = ethernet.HEADER_LENGTH;
  if (bytes.length < at || ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4) return false;
  if (ipv4.checkHeader(bytes, at, bytes.length) !== undefined) return false;
  if (!ipv4.headerChecksumOk(bytes, at)) return true;
  const inner = innermostAt(bytes, at, bytes.length);
  if (inner === 0) return false;
  const end = inner + ipv4.totalLengthOf(bytes, inner);
  if (end > bytes.length || ipv4.isFragment(bytes, inner)) return false;
  return l4ChecksumOk(bytes, inner, end) === false;
}
