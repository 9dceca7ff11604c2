import { formatIpv4 } from '../../../../packet/address.ts';
import { freeAddresses, segmentOf } from '../free-addresses.ts';
import { placeAt } from '../syntax/place-at.ts';
import type { FixMaker } from './fix-maker.ts';

/** An address that cannot be: one that is free takes its place. */
export const addressFixes: FixMaker = ({ facts, root }, { code, range }, translate) => {
  if (!codes.includes(code)) return [];
  const place = placeAt(root, range.start.offset);
  if (place?.part !== 'value') return [];
  const { path, scalar } = place;
  const node = path[0] === 'nodes' ? facts.nodes.find(({ name }) => name === path[1]) : undefined;
  const director = facts.nodes.find(({ role }) => role === 'director');
  const name = node ? String(path[3]) : path.at(-1) === 'vip' ? director?.interfaces[0]?.segment : undefined;
  const segment = segmentOf(facts, name ?? '');
  const [free] = segment ? freeAddresses(facts, segment, node ? (node.role ?? '') : 'vip', 1) : [];
  if (free === undefined) return [];
  const text = formatIpv4(free);
  return [
    { title: translate('language.fix.free-address', { address: text }), edits: [{ range: scalar, text }] },
  ];
};

const codes: readonly string[] = [
  'address-outside-segment',
  'address-reserved',
  'address-not-unicast',
  'bad-address',
  'duplicate-address',
  'vip-is-node-address',
];
