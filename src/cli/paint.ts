import { styleText } from 'node:util';

export type Tone = keyof typeof styles;

/** Colours a piece of text, or returns it as it is. Pieces do not contain one another. */
export type Painter = (tone: Tone, text: string) => string;

const styles = {
  signature: ['bold', 'cyan'],
  routine: ['dim'],
  good: ['green'],
  bad: ['bold', 'red'],
  warning: ['yellow'],
  heading: ['bold'],
} as const;

export const tones = Object.keys(styles) as readonly Tone[];

export const plain: Painter = (_tone, text) => text;

/** With the sequences that a terminal colours by. */
export const styled: Painter = (tone, text) => styleText([...styles[tone]], text, { validateStream: false });

/** Colours only on a terminal, and never under `NO_COLOR` (no-color.org). */
export function hasColours(stream: { readonly isTTY?: boolean }): boolean {
  return (stream.isTTY ?? false) && !process.env['NO_COLOR'];
}
