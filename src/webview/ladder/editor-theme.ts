import { fontsOf, type Theme } from './theme.ts';

/** The inks in the editor's own colours; the first that the theme defines is taken. */
const sources = {
  background: ['--vscode-editor-background'],
  foreground: ['--vscode-foreground'],
  muted: ['--vscode-descriptionForeground', '--vscode-foreground'],
  request: ['--vscode-lbLab-request', '--vscode-charts-blue', '--vscode-foreground'],
  reply: ['--vscode-lbLab-reply', '--vscode-charts-green', '--vscode-foreground'],
  signature: ['--vscode-lbLab-signature', '--vscode-charts-orange', '--vscode-foreground'],
  good: ['--vscode-lbLab-kept', '--vscode-charts-green', '--vscode-foreground'],
  bad: ['--vscode-lbLab-broken', '--vscode-editorError-foreground', '--vscode-errorForeground'],
  warn: ['--vscode-editorWarning-foreground', '--vscode-foreground'],
  link: ['--vscode-textLink-foreground', '--vscode-foreground'],
  focus: ['--vscode-focusBorder', '--vscode-foreground'],
} as const;

/** Reads the editor's theme from the page. To be read again when the theme changes. */
export function editorTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const value = (names: readonly string[]): string =>
    names.map((name) => style.getPropertyValue(name).trim()).find((found) => found !== '') ?? style.color;
  const contrast = style.getPropertyValue('--vscode-contrastBorder').trim();
  const plain = Object.fromEntries(
    Object.entries(sources).map(([ink, names]) => [ink, value(names)]),
  ) as Record<keyof typeof sources, string>;
  const mix = (colour: string, share: number): string =>
    `color-mix(in srgb, ${colour} ${share}%, ${plain.background})`;
  const veil = (colour: string, share: number): string =>
    `color-mix(in srgb, ${colour} ${share}%, transparent)`;
  return {
    inks: {
      ...plain,
      // Words are written in these: mixed so that they can be read in every theme.
      good: `color-mix(in srgb, ${plain.good} 75%, ${plain.foreground})`,
      warn: `color-mix(in srgb, ${plain.warn} 75%, ${plain.foreground})`,
      raised: contrast ? plain.background : mix(plain.foreground, 6),
      lane: contrast ? mix(contrast, 60) : mix(plain.foreground, 22),
      rule: contrast || mix(plain.foreground, 11),
      chip: contrast ? plain.background : mix(plain.signature, 16),
      hover: veil(plain.foreground, 7),
      selection: contrast ? 'transparent' : veil(plain.focus, 20),
      highlight: veil(plain.focus, contrast ? 30 : 16),
    },
    fonts: fontsOf(value(['--vscode-font-family']), value(['--vscode-editor-font-family'])),
  };
}
