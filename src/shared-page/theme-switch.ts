/** The editor's kinds of theme; `auto` is what the reader's machine asks for. */
export const themeChoices = ['auto', 'dark', 'light', 'hc-black', 'hc-light'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

/** How a webview's page is told, by the editor, of which kind its theme is. */
const kinds = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'hc-black': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast-light vscode-high-contrast',
} as const;

const light = matchMedia('(prefers-color-scheme: light)');
const contrast = matchMedia('(prefers-contrast: more)');
const forced = matchMedia('(forced-colors: active)');

/** Dresses the page; and again, as long as `choice` says `auto`, when the machine's wish changes. */
export function followTheme(choice: () => ThemeChoice): () => void {
  const dress = () => {
    const chosen = choice();
    const theme = chosen === 'auto' ? wished() : chosen;
    document.documentElement.dataset['theme'] = theme;
    document.body.dataset['vscodeThemeKind'] = kinds[theme].split(' ')[0];
    // The panel watches the class.
    document.body.className = kinds[theme];
  };
  for (const query of [light, contrast, forced]) query.addEventListener('change', dress);
  dress();
  return dress;
}

function wished(): Exclude<ThemeChoice, 'auto'> {
  if (contrast.matches || forced.matches) return light.matches ? 'hc-light' : 'hc-black';
  return light.matches ? 'light' : 'dark';
}
