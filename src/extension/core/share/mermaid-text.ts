import { visible } from '../../../l10n/visible.ts';

/** What stands for itself wherever Mermaid reads text: letters, digits, marks that its grammar has no use for. */
const PLAIN = /^[\p{L}\p{N} .,/_+=()|*→·−–✓✗-]$/u;
/** At the beginning of a text it would be an instruction. */
const WRAP = /^(no)?wrap:/i;

/**
 * Lines of text that Mermaid shows as they are, whatever is in them: all else becomes `#CODE;`, Mermaid's own way to write a
 * character, for a `;` ends a statement, a `#` begins a code, and `<` would be HTML.
 */
export function mermaidText(lines: readonly string[]): string {
  return lines.map(escaped).join('<br/>');
}

function escaped(line: string): string {
  const text = visible(line);
  const isInstruction = WRAP.test(text.trimStart());
  return [...text]
    .map((character) =>
      PLAIN.test(character) || (character === ':' && !isInstruction)
        ? character
        : `#${character.codePointAt(0)!};`,
    )
    .join('');
}
