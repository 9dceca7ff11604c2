import { CST } from 'yaml';

/**
 * Whether the text nests deeper than the parser can be trusted with. The parser recurses, and where the call stack ends
 * inside of a regular expression V8 ends the whole process instead of throwing; so the depth is bounded beforehand, from
 * the lexer's tokens, which takes no recursion.
 */
export function isTooDeep(lexemes: readonly string[]): boolean {
  let brackets = 0;
  /** Indicators since the last line or comma: each may open a collection inside of the one before. */
  let indicators = 0;
  let atLineStart = true;
  for (const token of lexemes) {
    const type = CST.tokenType(token);
    if (atLineStart && type === 'space' && token.length > MAX_DEPTH) return true;
    atLineStart = type === 'newline';
    switch (type) {
      case 'newline':
        if (brackets === 0) indicators = 0;
        break;
      case 'flow-map-start':
      case 'flow-seq-start':
        indicators = 0;
        if (++brackets > MAX_DEPTH) return true;
        break;
      case 'flow-map-end':
      case 'flow-seq-end':
        indicators = 0;
        brackets = Math.max(0, brackets - 1);
        break;
      case 'comma':
        indicators = 0;
        break;
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        if (++indicators > MAX_DEPTH) return true;
        break;
      default:
    }
  }
  return false;
}

/** Columns of indentation, brackets, or indicators in a row; a topology needs six levels. */
const MAX_DEPTH = 100;
