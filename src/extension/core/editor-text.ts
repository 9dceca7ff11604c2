import { visible } from '../../l10n/visible.ts';

/**
 * A text as text, where the editor reads more in it: `$(name)` is an icon in labels, status items, lenses and picks;
 * `[text](command:…)` is a link that runs a command in notifications and status details. Both fall apart by a character
 * that nobody sees. Lines of ours stay lines.
 */
export function editorText(text: string): string {
  return text.split('\n').map(line).join('\n');
}

/** Zero-width non-joiner: it takes no room, and `visible` leaves it alone. */
const APART = '\u200c';

function line(text: string): string {
  return visible(text)
    .replace(/\$(?=\()/g, `$${APART}`)
    .replace(/\](?=\()/g, `]${APART}`);
}
