import { visible } from '../../../l10n/visible.ts';

/** A Markdown table; the first row is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

/** Text of the file's author, shown as it was written: nothing in it is Markdown, a link or HTML. */
export function code(text: string): string {
  return `\`${visible(text).replaceAll('`', "'")}\``;
}
