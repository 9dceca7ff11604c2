import { escapeHtml as escape } from '../escape-html.ts';
import { toBase64 } from './base64.ts';

/** Files of dist/, of which a page is made. */
export interface PageParts {
  /** webview.js and webview.css: the panel. */
  readonly panelScript: string;
  readonly panelStyle: string;
  /** shared-page.js and shared-page.css: what stands in for the editor. */
  readonly hostScript: string;
  readonly hostStyle: string;
  /** codicon.css and codicon.ttf. */
  readonly icons: string;
  readonly iconFont: Uint8Array;
}

export const partFiles: Readonly<Record<keyof PageParts, string>> = {
  panelScript: 'webview.js',
  panelStyle: 'webview.css',
  hostScript: 'shared-page.js',
  hostStyle: 'shared-page.css',
  icons: 'codicon.css',
  iconFont: 'codicon.ttf',
};

/** Reads them. @param read A file of dist/, by its name. */
export async function readParts(read: (name: string) => Promise<Uint8Array>): Promise<PageParts> {
  const text = async (part: keyof PageParts) => new TextDecoder().decode(await read(partFiles[part]));
  return {
    panelScript: await text('panelScript'),
    panelStyle: await text('panelStyle'),
    hostScript: await text('hostScript'),
    hostStyle: await text('hostStyle'),
    icons: await text('icons'),
    iconFont: await read(partFiles.iconFont),
  };
}

export interface PageContent {
  /** From `packRecording`. */
  readonly recording: string;
  /** The lab's name, for the title. */
  readonly lab: string;
  /** `en` or `zh-cn`, for the page's `lang`. */
  readonly locale: string;
}

/**
 * One file that shows a recording in any browser, from a disk too: it needs nothing else, and its policy lets it ask for
 * nothing. The recording is base64, so nothing that somebody else wrote is read as HTML.
 * @param nonce Fresh for each page.
 */
export function sharedPage({ recording, lab, locale }: PageContent, parts: PageParts, nonce: string): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    'font-src data:',
    'img-src data: blob:',
    // `default-src` speaks of the first; of the others it does not (CSP level 3, section 6.3).
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const font = `data:font/ttf;base64,${toBase64(parts.iconFont)}`;
  // The elements of the panel load the icons' style sheet into their own roots; a font is one for the whole page.
  const icons = parts.icons.replace(FONT_FACE, '');
  const iconStyle = `@font-face{font-family:codicon;font-display:block;src:url("${font}") format("truetype")}`;
  return `<!DOCTYPE html>
<html lang="${escape(locale)}" class="alone">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(`${lab} · LB Lab`)}</title>
<link rel="stylesheet" href="data:text/css;base64,${toBase64(new TextEncoder().encode(icons))}" id="vscode-codicon-stylesheet" nonce="${nonce}">
<style nonce="${nonce}">${parts.hostStyle}${parts.panelStyle}${iconStyle}</style>
</head>
<body>
<header id="switches"></header>
<div id="panel"></div>
<script type="application/octet-stream" id="recording">${recording}</script>
<script nonce="${nonce}">${parts.hostScript}</script>
<script nonce="${nonce}">${parts.panelScript}</script>
</body>
</html>
`;
}

const FONT_FACE = /@font-face\s*\{[^}]*\}/;
