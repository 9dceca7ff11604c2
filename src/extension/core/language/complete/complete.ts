import { describeSetting } from '../../../../lab/topology/settings.ts';
import type { Translate } from '../../../../l10n/translate.ts';
import type { Span } from '../syntax/tree.ts';
import { slotAt } from '../syntax/slot-at.ts';
import type { TopologyText } from '../topology-text.ts';
import { completeKeys } from './complete-keys.ts';
import { completeNames } from './complete-names.ts';
import { completeValues } from './complete-values.ts';
import type { Completion, Completions } from './completion.ts';
import type { CompletionRequest } from './request.ts';
import { startCollection } from './start-collection.ts';

/** What may be typed at an offset. The schema says which keys and words there are, the file which names and addresses. */
export function complete(topology: TopologyText, offset: number, translate: Translate): Completions {
  const found = slotAt(topology.text, offset);
  const slot = found && { ...found, replace: withinLine(topology.text, found.replace, offset) };
  const setting = slot && describeSetting(slot.path);
  if (!slot || !setting) return { items: [], replace: { start: offset, end: offset } };
  const request = { slot, setting, facts: topology.facts, translate };
  if (slot.needsDash) return { items: newItems(request), replace: slot.replace };
  const asKey = slot.part === 'key' || slot.onOwnLine || slot.path.length === 0 || isListItem(slot.path);
  const items = [
    ...(slot.part === 'value' ? completeValues(request) : []),
    ...(slot.part === 'value' && !asKey ? startCollection(request) : []),
    ...(asKey ? [...completeNames(request), ...completeKeys(request)] : []),
  ];
  return { items: slot.needsBlank ? items.map((item) => before(' ', item)) : items, replace: slot.replace };
}

/** An editor replaces nothing beyond the line that is typed in; a block of text has several. */
function withinLine(text: string, { start, end }: Span, offset: number): Span {
  const next = text.indexOf('\n', offset);
  return {
    start: Math.max(start, text.slice(0, offset).lastIndexOf('\n') + 1),
    end: next < 0 ? end : Math.min(end, next),
  };
}

function newItems(request: CompletionRequest): Completion[] {
  const { slot } = request;
  const above = { ...request, slot: { ...slot, path: slot.path.slice(0, -1) } };
  return [...completeNames(above), ...completeValues(request).map((item) => before('- ', item))];
}

function before(text: string, item: Completion): Completion {
  return { ...item, insert: text + item.insert };
}

/** After a dash stands a value, or the first key of a map. */
function isListItem(path: readonly (string | number)[]): boolean {
  return typeof path.at(-1) === 'number';
}
