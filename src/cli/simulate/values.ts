import { CliError, numberOption } from '../cli.ts';

/** One of `words`; undefined where nothing was given. Throws `CliError` for anything else. */
export function oneOf<const W extends string>(
  option: string,
  given: string | undefined,
  words: readonly W[],
): W | undefined {
  if (given === undefined) return undefined;
  const found = words.find((word) => word === given);
  if (found === undefined) throw new CliError('simulate.one-of', { option, given, words: words.join(', ') });
  return found;
}

/** A whole number, both ends included. */
export function inRange(
  option: string,
  given: string | undefined,
  least: number,
  most: number,
): number | undefined {
  const value = numberOption(option, given, least, true);
  if (value !== undefined && value > most)
    throw new CliError('simulate.too-many', { option, given: String(value), most: String(most) });
  return value;
}
