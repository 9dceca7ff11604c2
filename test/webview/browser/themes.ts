import { readFileSync } from 'node:fs';

export const themeNames = ['dark', 'light', 'hc-black', 'hc-light'] as const;
export type ThemeName = (typeof themeNames)[number];

/** A theme's variables as the editor puts them on a webview's root element, as a style sheet. */
export function themeCss(theme: ThemeName): string {
  const variables = JSON.parse(
    readFileSync(new URL(`../themes/${theme}.json`, import.meta.url), 'utf8'),
  ) as Record<string, string>;
  const lines = Object.entries(variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  return `:root { ${lines.join(' ')} } body { background-color: var(--vscode-editor-background); color: var(--vscode-editor-foreground); margin: 0; padding: 0 20px; font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); }`;
}
