import { escapeHtml as escape } from '../escape-html.ts';

export interface PanelPage {
  /** Fresh for each page. */
  readonly nonce: string;
  /** Where styles and fonts may come from: `webview.cspSource`. */
  readonly cspSource: string;
  /** For the page's `lang`. */
  readonly locale: string;
  readonly title: string;
  /** URIs of dist/webview.js, dist/webview.css and dist/codicon.css. */
  readonly script: string;
  readonly style: string;
  readonly icons: string;
}

/** The panel's page. It holds no data: the old page may run again at any re-show. */
export function panelHtml({ nonce, cspSource, locale, title, script, style, icons }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    'img-src data: blob:',
    // `default-src` does not speak of these (CSP level 3, section 6.3).
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escape(locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${escape(icons)}" id="vscode-codicon-stylesheet" nonce="${nonce}">
<link rel="stylesheet" href="${escape(style)}">
</head>
<body>
<div id="panel"></div>
<script nonce="${nonce}" src="${escape(script)}"></script>
</body>
</html>`;
}
