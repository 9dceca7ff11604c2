/** A command line's words; quotes keep spaces, a backslash keeps the next character. */
export function parseWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+)/g;
  for (const [, word] of line.matchAll(pattern)) {
    words.push(
      word!.replace(
        /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
        (_, double?: string, single?: string, kept?: string) =>
          double === undefined ? (single ?? kept ?? '') : double.replace(/\\(.)/g, '$1'),
      ),
    );
  }
  return words;
}
