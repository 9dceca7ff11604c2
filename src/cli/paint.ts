import { styleText } from 'node:util';

export type Tone = 'signature' | 'routine' | 'good' | 'bad' | 'warning' | 'heading';

/** Colours a piece of text, or returns it as it is. */
export type Painter = (tone: Tone, text: string) => string;

const styles = {
  signature: ['bold', 'cyan'],
  routine: 'dim',
  good: 'green',
  bad: ['bold', 'red'],
  warning: 'yellow',
  heading: 'bold',
} as const;

export const plain: Painter = (_tone, text) => text;

/** Colours only on a terminal, and never under `NO_COLOR` (no-color.org). */
export function painterFor(stream: { readonly isTTY?: boolean }): Painter {
  if (!stream.isTTY || process.env['NO_COLOR']) return plain;
  return (tone, text) =>
    styleText(
      [...([styles[tone]].flat() as Parameters<typeof styleText>[0] & unknown[])] as Parameters<
        typeof styleText
      >[0],
      text,
    );
}
