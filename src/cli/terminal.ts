import { randomUUID } from 'node:crypto';
import { visible } from '../l10n/visible.ts';
import type { Cli } from './cli.ts';
import { plain, styled, tones, type Painter, type Tone } from './paint.ts';

/** As much of a stream as is written to. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Where all that the commands print goes. A line is one line, whatever names, captures or programs put into it: control
 * characters and their like are shown as text. Colours are the painter's alone: until a line is written they are marked by
 * a word that no file can know.
 */
export function terminal(
  stdout: TerminalStream,
  stderr: TerminalStream,
  colours: boolean,
): Pick<Cli, 'paint' | 'out' | 'err'> {
  const key = randomUUID();
  const mark = new RegExp(`${key}\\((${tones.join('|')})\\)`, 'g');
  const end = `${key}.`;
  const paint: Painter = (tone, text) => `${key}(${tone})${text}${end}`;
  const line = (text: string): string => {
    const shown = visible(text);
    if (!colours) return `${shown}\n`;
    // Pieces between marks: the first has no tone.
    const [first = '', ...pieces] = shown.split(mark);
    let coloured = first;
    for (let index = 0; index < pieces.length; index += 2) {
      const [inside = '', ...after] = pieces[index + 1]!.split(end);
      coloured += styled(pieces[index] as Tone, inside) + after.join('');
    }
    return `${coloured}\n`;
  };
  return {
    paint: colours ? paint : plain,
    out: (text) => void stdout.write(line(text)),
    err: (text) => void stderr.write(line(text)),
  };
}
