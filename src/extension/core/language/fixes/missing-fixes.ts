import { formatIpv4 } from '../../../../packet/address.ts';
import type { Facts } from '../facts.ts';
import { freeAddresses, freeSubnet, segmentOf } from '../free-addresses.ts';
import { placeAt } from '../syntax/place-at.ts';
import { pairOf, type SyntaxPair } from '../syntax/tree.ts';
import type { TextEdit } from '../text-edit.ts';
import type { FixMaker } from './fix-maker.ts';

/** A key that must be there, where a value can be told; and the service that a model needs. */
export const missingFixes: FixMaker = ({ text, root, facts }, { code, range, params }, translate) => {
  if (code === 'missing-service') {
    const model = pairOf(root, 'model');
    if (!model) return [];
    const entry = `\n\nservice:\n  vip: ${vipOf(facts)}\n  port: 80`;
    const edit = { range: { start: model.end, end: model.end }, text: entry };
    return [{ title: translate('language.fix.add', { text: 'service' }), edits: [edit] }];
  }
  const key = params['key'] ?? '';
  const pair = code === 'missing-key' ? placeAt(root, range.start.offset)?.pair : undefined;
  const value = pair && valueFor(key, pair.key.text, facts);
  const edit = pair && value !== undefined ? insertion(text, pair, `${key}: ${value}`) : undefined;
  return edit ? [{ title: translate('language.fix.add', { text: `${key}: ${value}` }), edits: [edit] }] : [];
};

function valueFor(key: string, owner: string, facts: Facts): string | undefined {
  switch (key) {
    case 'port':
      return '80';
    case 'vip':
      return vipOf(facts);
    case 'subnet':
      return `${formatIpv4(freeSubnet(facts))}/24`;
    case 'role':
      return roleNamed(owner);
    default:
      return undefined;
  }
}

/** By what people call such machines. */
function roleNamed(name: string): string {
  if (/^(c|client|pc|host)[-\d]*$/i.test(name)) return 'client';
  if (/^(r|router|core|gw|gateway|nat)[-\d]*$/i.test(name)) return 'router';
  return /^(d|director|lb|lvs|dpvs|balancer)[-\d]*$/i.test(name) ? 'director' : 'server';
}

function vipOf(facts: Facts): string {
  const director = facts.nodes.find(({ role }) => role === 'director');
  const segment = segmentOf(facts, director?.interfaces[0]?.segment ?? '');
  const [vip] = segment ? freeAddresses(facts, segment, 'vip', 1) : [];
  return vip === undefined ? '10.0.2.100' : formatIpv4(vip);
}

/** As the first entry of the map under a key. */
function insertion(text: string, { value }: SyntaxPair, entry: string): TextEdit | undefined {
  if (value?.kind !== 'map') return undefined;
  if (value.flow) {
    const at = value.start + 1;
    const separator = value.pairs.length > 0 ? ',' : ' ';
    return { range: { start: at, end: at }, text: ` ${entry}${separator}` };
  }
  const column = value.start - (text.lastIndexOf('\n', value.start - 1) + 1);
  const at = value.start;
  return { range: { start: at, end: at }, text: `${entry}\n${' '.repeat(column)}` };
}
