import type { Face, Ink } from './shapes.ts';

/** A colour for each ink, as CSS colours, and a font for each face, as CSS fonts. */
export interface Theme {
  readonly inks: Readonly<Record<Ink, string>>;
  readonly fonts: Readonly<Record<Face, string>>;
}

/** Sizes of the faces in pixels and their weights; families are the theme's. */
export const faces: Readonly<
  Record<Face, { readonly size: number; readonly weight: number; readonly mono: boolean }>
> = {
  ui: { size: 13, weight: 400, mono: false },
  strong: { size: 13, weight: 600, mono: false },
  small: { size: 11, weight: 400, mono: false },
  smallStrong: { size: 11.5, weight: 600, mono: false },
  mono: { size: 12, weight: 400, mono: true },
  monoSmall: { size: 11, weight: 400, mono: true },
};

export function fontsOf(family: string, monoFamily: string): Theme['fonts'] {
  const font = (face: Face): string => {
    const { size, weight, mono } = faces[face];
    return `${weight} ${size}px ${mono ? monoFamily : family}`;
  };
  return {
    ui: font('ui'),
    strong: font('strong'),
    small: font('small'),
    smallStrong: font('smallStrong'),
    mono: font('mono'),
    monoSmall: font('monoSmall'),
  };
}

/** What exported pictures wear: readable on paper and on a page, whatever the editor wears. */
export const paperTheme: Theme = {
  inks: {
    background: '#ffffff',
    raised: '#f5f5f5',
    foreground: '#1f1f1f',
    muted: '#616161',
    lane: '#d0d0d0',
    rule: '#e5e5e5',
    request: '#0b62c4',
    reply: '#2e7d32',
    signature: '#b35900',
    chip: '#fdf1e3',
    good: '#2e7d32',
    bad: '#c62828',
    warn: '#8a6100',
    link: '#0b62c4',
    hover: '#00000008',
    selection: '#0b62c418',
    focus: '#0b62c4',
    highlight: '#0b62c414',
  },
  fonts: fontsOf(
    '"Segoe UI", "Noto Sans", "DejaVu Sans", "Noto Sans SC", sans-serif',
    '"Cascadia Mono", "DejaVu Sans Mono", monospace',
  ),
};
