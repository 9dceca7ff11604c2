import type { ComparisonTable, Line } from '../../../comparison/table.ts';

/** The table as Markdown, a table for each section. Whatever names and captures put into it is text. */
export function comparisonMarkdown({ title, columns, sections }: ComparisonTable): string {
  const heads = columns.map((column) => `${text(column.title)}<br>${text(column.note)}`);
  const tables = sections.map((section) =>
    [
      `## ${text(section.title)}`,
      '',
      row(['', ...heads]),
      row(['', ...heads].map(() => '---')),
      ...section.rows.map(({ label, cells }) => row([text(label), ...cells.map(cell)])),
    ].join('\n'),
  );
  return `${[`# ${text(title)}`, ...tables].join('\n\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cell(lines: readonly Line[]): string {
  return lines
    .map(({ text: said, more, tone }) => {
      const words = text(more === undefined ? said : `${said}: ${more}`);
      return tone === 'signature' ? `**${words}**` : words;
    })
    .join('<br>');
}

/** Every ASCII punctuation character may be escaped (CommonMark 0.31, section 2.4); `<` too, so nothing is HTML or a link. */
function text(words: string): string {
  return words.replace(/[\\`*_{}[\]()<>#+!|~$&]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
