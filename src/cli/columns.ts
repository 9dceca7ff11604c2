/**
 * Text in columns of a terminal, where a Chinese character takes two cells. What is wide: Unicode Standard Annex 11, the
 * blocks that texts of ours are written with.
 */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** In lines of at most so many cells, broken at spaces and beside wide characters where that can be; others are cut. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text, width)) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += line === '' ? piece.trimStart() : piece;
  }
  return [...lines, line.trimEnd()];
}

/** What stays together: words with the space behind them, wide characters one by one, of longer words what fits. */
function piecesOf(text: string, width: number): string[] {
  const words = text.match(new RegExp(`${WIDE.source}\\s*|(?:(?!${WIDE.source})\\S)+\\s*|\\s+`, 'gu')) ?? [];
  return words.flatMap((word) => {
    const characters = [...word];
    const parts: string[] = [];
    while (characters.length > width) parts.push(characters.splice(0, width).join(''));
    return [...parts, characters.join('')];
  });
}
