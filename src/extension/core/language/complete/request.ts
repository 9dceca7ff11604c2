import type { Setting } from '../../../../lab/topology/settings.ts';
import type { Translate } from '../../../../l10n/translate.ts';
import type { Facts, NodeFacts } from '../facts.ts';
import type { Slot } from '../syntax/slot-at.ts';

/** What every part of completion is asked with. */
export interface CompletionRequest {
  readonly slot: Slot;
  /** What the schema says about the slot's path. */
  readonly setting: Setting;
  readonly facts: Facts;
  readonly translate: Translate;
}

/** The node that the slot is in. */
export function nodeOfSlot({ slot, facts }: CompletionRequest): NodeFacts | undefined {
  return slot.path[0] === 'nodes' ? facts.nodes.find(({ name }) => name === slot.path[1]) : undefined;
}
