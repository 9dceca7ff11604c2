import { visible } from '../../../l10n/visible.ts';
import type { HostMessage } from '../../../panel-protocol/messages.ts';

/**
 * What the view is told, with nothing in it that cannot be seen: a picture that is drawn, exported or read out shows what
 * there is. HTML is the view's own concern: it sets text as text. Texts of ours go as they are, with their lines.
 */
export function visibleMessage(message: HostMessage): HostMessage {
  return message.type === 'hello' ? message : (shown(message) as HostMessage);
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map(shown);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one)]));
}
