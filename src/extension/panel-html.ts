/** The page of the packet-flow panel. It carries no data: the same text is loaded again at every re-show. */
export function panelHtml(page: {
  /** The webview's own source, for the policy. */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  /** New for each page. */
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.source} 'nonce-${page.nonce}'`,
    `font-src ${page.source}`,
    `img-src ${page.source} data: blob:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title>
<link rel="stylesheet" href="${page.style}" nonce="${page.nonce}" id="vscode-codicon-stylesheet">
</head>
<body>
<script type="module" nonce="${page.nonce}" src="${page.script}"></script>
</body>
</html>
`;
}

/** 128 bits that a page's scripts must carry. */
export function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
