import type { Facts } from '../facts.ts';
import { pairOf, valueOf } from '../syntax/tree.ts';
import type { TextEdit } from '../text-edit.ts';
import type { FixMaker, Offer } from './fix-maker.ts';
import { removeEntry } from './remove-entry.ts';

/** What the lessons teach as the way out: another model, or the source rewritten too. */
export const modelFixes: FixMaker = (topology, { code, range, params }, translate): Offer[] => {
  const { facts } = topology;
  const cure = curingModel[code];
  if (cure !== undefined) {
    const at = range.start.offset;
    const edit = modelEdit(facts, params['service'], at, cure);
    return edit ? [{ title: translate('language.fix.use-model', { model: cure }), edits: [edit] }] : [];
  }
  if (code !== 'dnat-gateway' && code !== 'dnat-same-segment') return [];
  return facts.services.flatMap(({ pair }) => {
    const snat = pairOf(pair.value, 'snat');
    const removal = snat && removeEntry(topology, snat.key.start);
    return removal ? [{ title: translate('language.fix.snat'), edits: [removal.edit] }] : [];
  });
};

/** A tunnel crosses routers; the director that rewrites can change a port. */
const curingModel: Readonly<Record<string, string>> = { 'dr-across-router': 'tun', 'dr-port-map': 'dnat' };

/** The service's own model where it has one, else the file's. */
function modelEdit(
  { services, model }: Facts,
  service: string | undefined,
  at: number,
  text: string,
): TextEdit | undefined {
  const around = services.find(({ name, pair }) => name === service || (at >= pair.start && at <= pair.end));
  const own = valueOf(around?.pair.value, 'model');
  const place = own ?? model;
  return place && { range: { start: place.start, end: place.end }, text };
}
