/**
 * What shows nothing, or makes a reader or a terminal do something: control characters (C0 with ESC, BEL, CR and newline,
 * DEL, C1 with its one-byte CSI), format characters (bidi overrides, zero-width spaces, tags), line and paragraph
 * separators, halves of surrogate pairs. Not the joiners, which scripts and emoji are written with, nor no-break spaces.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text from files, captures, labels and other programs as text that does nothing: what cannot be seen stands there as
 * JSON and JavaScript would write it, `\u001b`. So JSON stays the same JSON, and what is visible already stays as it is.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (one) =>
    Array.from({ length: one.length }, (_, index) => escape(one.charCodeAt(index))).join(''),
  );
}

function escape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
