import type { ComparisonTable, Line, Section } from '../../../comparison/table.ts';
import { escapeHtml as escape } from '../escape-html.ts';

export interface ComparisonPage {
  /** Where styles may come from: `webview.cspSource`. */
  readonly cspSource: string;
  /** For the page's `lang`. */
  readonly locale: string;
  /** URI of dist/comparison.css. */
  readonly style: string;
}

/** The table as a page that runs nothing. Whatever names and captures put into it is text. */
export function comparisonPage(table: ComparisonTable, { cspSource, locale, style }: ComparisonPage): string {
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    // `default-src` does not speak of these (CSP level 3, section 6.3).
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const { title, columns, sections } = table;
  return `<!DOCTYPE html>
<html lang="${escape(locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${escape(style)}">
</head>
<body>
<main>
<h1 id="title">${escape(title)}</h1>
<div class="scroll" tabindex="0" role="region" aria-labelledby="title">
<table class="columns-${columns.length}">
<thead><tr><td></td>${columns.map(head).join('')}</tr></thead>
${sections.map((section) => sectionHtml(section, columns.length + 1)).join('\n')}
</table>
</div>
</main>
</body>
</html>`;
}

function head({ title, note }: ComparisonTable['columns'][number]): string {
  return `<th scope="col">${escape(title)} <small>${escape(note)}</small></th>`;
}

function sectionHtml({ title, rows }: Section, width: number): string {
  const body = rows.map(
    ({ label, cells }) =>
      `<tr><th scope="row">${escape(label)}</th>${cells.map((lines) => `<td>${lines.map(lineHtml).join('')}</td>`).join('')}</tr>`,
  );
  return `<tbody><tr class="section"><th scope="rowgroup" colspan="${width}">${escape(title)}</th></tr>
${body.join('\n')}</tbody>`;
}

function lineHtml({ text, more, tone }: Line): string {
  const look = tone ? ` class="${tone}"` : '';
  if (more === undefined) return `<p${look}>${escape(text)}</p>`;
  return `<details${look}><summary>${escape(text)}</summary>${escape(more)}</details>`;
}
