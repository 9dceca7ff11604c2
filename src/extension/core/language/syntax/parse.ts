import { Scanner } from './scanner.ts';
import type { SyntaxItem, SyntaxList, SyntaxMap, SyntaxNode, SyntaxPair, SyntaxScalar } from './tree.ts';

/**
 * Reads the shape of a topology file while it is being typed. `yaml` reads only whole files well: an open brace makes
 * it take the rest of the file for its inside. Here indentation decides: what stands no deeper than the line of an open
 * brace is outside of it. Never throws, and takes time in proportion to the text.
 */
export function parseSyntax(text: string): SyntaxNode | undefined {
  return new Parser(text).document();
}

/** A topology needs six; deeper text is passed over. */
const MAX_DEPTH = 40;

type Open<Node> = { -readonly [Key in keyof Node]: Node[Key] };

class Parser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  document(): SyntaxNode | undefined {
    const scanner = this.#scanner;
    scanner.skipToContent();
    if (scanner.column === 0 && scanner.text.startsWith('---', scanner.at)) {
      scanner.at += 3;
      scanner.skipToContent();
    }
    const root = this.#block(-1);
    if (root?.kind === 'map') this.#rest(root, -1);
    return root;
  }

  /** A map, list or scalar that stands deeper than `indent`; the scanner is at its first character. */
  #block(indent: number): SyntaxNode | undefined {
    const scanner = this.#scanner;
    if (scanner.done || scanner.column <= indent) return undefined;
    if (this.#depth >= MAX_DEPTH) {
      while (!scanner.done && scanner.column > indent) this.#skipLine();
      return undefined;
    }
    this.#depth++;
    const node = scanner.atDash ? this.#blockList() : this.#blockMapOrScalar(indent);
    this.#depth--;
    return node;
  }

  #blockList(): SyntaxList {
    const scanner = this.#scanner;
    const { at: start, column } = scanner;
    const list: Open<SyntaxList> = { kind: 'list', flow: false, start, end: start, items: [] };
    while (!scanner.done && scanner.column === column && scanner.atDash) {
      const dash = scanner.at++;
      scanner.skipBlanks();
      const isAlone = scanner.atLineEnd;
      if (isAlone) scanner.skipToContent();
      scanner.skipProperties();
      const value = this.#block(column);
      list.end = value?.end ?? dash + 1;
      list.items.push({ start: dash, end: list.end, ...(value && { value }) });
      scanner.skipToContent();
    }
    return list;
  }

  #blockMapOrScalar(indent: number): SyntaxNode {
    const scanner = this.#scanner;
    const { at: start, column } = scanner;
    const value = this.#inlineValue(column - 1, indent);
    scanner.skipBlanks();
    const isKey = value.kind === 'scalar' && scanner.isColon(scanner.at, false);
    if (!isKey) {
      scanner.skipToContent();
      // What stands below at the same column makes this a key that is still being typed.
      const isMap =
        value.kind === 'scalar' && value.mark === '' && scanner.column === column && !scanner.done;
      if (!isMap || scanner.atDash) return value;
    }
    const map: Open<SyntaxMap> = { kind: 'map', flow: false, start, end: start, pairs: [] };
    this.#pair(map, value as SyntaxScalar, column);
    this.#rest(map, column);
    while (!scanner.done && scanner.column === column && !scanner.atDash) {
      const before = scanner.at;
      const key = this.#inlineValue(column, column);
      if (key.kind === 'scalar') this.#pair(map, key, column);
      else scanner.skipToContent();
      if (scanner.at === before) this.#skipLine();
      // Too deep for a new key, not deep enough for the value above: it was meant for that value.
      this.#rest(map, column);
    }
    return map;
  }

  /** Pairs that stand deeper than the map and yet belong to no value go to the last value that is a map. */
  #rest(map: SyntaxMap, column: number): void {
    const scanner = this.#scanner;
    while (!scanner.done && scanner.column > column) {
      const before = scanner.at;
      const stray = this.#block(column);
      const last = map.pairs.at(-1);
      const owner = column < 0 ? map : last?.value;
      if (stray?.kind === 'map' && owner?.kind === 'map' && !owner.flow) {
        owner.pairs.push(...stray.pairs);
        Object.assign(owner, { end: stray.end });
        if (last) Object.assign(last, { end: stray.end });
        Object.assign(map, { end: stray.end });
      } else if (stray && stray.kind !== 'scalar' && last && owner?.kind !== 'map') {
        Object.assign(last, { value: stray, end: stray.end });
        Object.assign(map, { end: stray.end });
      } else if (stray?.kind === 'scalar' && last && owner?.kind === 'list' && !owner.flow) {
        // An item whose dash is still to be typed.
        owner.items.push({ start: stray.start, end: stray.end, value: stray });
        for (const node of [owner, last, map]) Object.assign(node, { end: stray.end });
      }
      scanner.skipToContent();
      if (scanner.at === before) this.#skipLine();
    }
  }

  /** What follows a key: its value on the same line, or deeper on the lines below, or for a list at its own column. */
  #pair(map: Open<SyntaxMap>, key: SyntaxScalar, column: number): void {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    const pair: Open<SyntaxPair> = { key, hasColon: false, start: key.start, end: key.end };
    if (scanner.isColon(scanner.at, false)) {
      pair.hasColon = true;
      pair.end = ++scanner.at;
      scanner.skipBlanks();
      scanner.skipProperties();
      const isInline = !scanner.atLineEnd;
      if (!isInline) scanner.skipToContent();
      const value = isInline
        ? this.#inlineValue(column, column)
        : scanner.column === column && scanner.atDash
          ? this.#blockList()
          : this.#block(column);
      if (value) Object.assign(pair, { value, end: value.end });
      // Whatever else stands on the line belongs to nothing.
      if (isInline && !scanner.atFirstOfLine) scanner.skipToLineEnd();
    } else if (!scanner.atFirstOfLine) scanner.skipToLineEnd();
    map.pairs.push(pair);
    map.end = pair.end;
    scanner.skipToContent();
  }

  /** `indent` is the column that the inside of braces must exceed, `textIndent` the one of a text's lines. */
  #inlineValue(indent: number, textIndent: number): SyntaxNode {
    const scanner = this.#scanner;
    const char = scanner.char;
    if (char === '{') return this.#flowMap(indent);
    if (char === '[') return this.#flowList(indent);
    return (char === '|' || char === '>') && textIndent >= 0
      ? scanner.blockText(textIndent)
      : scanner.scalar(false);
  }

  #flowMap(indent: number): SyntaxMap {
    const start = this.#scanner.at;
    const map: Open<SyntaxMap> = { kind: 'map', flow: true, start, end: start, pairs: [] };
    map.end = this.#flow('}', indent, () => {
      const scanner = this.#scanner;
      scanner.skipProperties();
      const key = scanner.scalar(true);
      const pair: Open<SyntaxPair> = { key, hasColon: false, start: key.start, end: key.end };
      scanner.skipBlanks();
      if (scanner.isColon(scanner.at, true)) {
        pair.hasColon = true;
        pair.end = ++scanner.at;
        const value = this.#flowValue(indent);
        if (value) Object.assign(pair, { value, end: value.end });
      }
      if (pair.hasColon || key.end > key.start) map.pairs.push(pair);
      return pair.end;
    });
    return map;
  }

  #flowList(indent: number): SyntaxList {
    const start = this.#scanner.at;
    const list: Open<SyntaxList> = { kind: 'list', flow: true, start, end: start, items: [] };
    list.end = this.#flow(']', indent, () => {
      const item: Open<SyntaxItem> = { start: this.#scanner.at, end: this.#scanner.at };
      const value = this.#flowValue(indent);
      if (value && value.end > value.start) list.items.push(Object.assign(item, { value, end: value.end }));
      return item.end;
    });
    return list;
  }

  #flowValue(indent: number): SyntaxNode | undefined {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    scanner.skipProperties();
    if (scanner.atLineEnd) {
      scanner.skipToContent();
      if (scanner.column <= indent) return undefined;
    }
    const char = scanner.char;
    if (this.#depth >= MAX_DEPTH || char === ',' || char === '}' || char === ']' || char === '')
      return undefined;
    if (char === '{') return this.#flowMap(indent);
    return char === '[' ? this.#flowList(indent) : scanner.scalar(true);
  }

  /** Entries up to the closing bracket, or up to a line that is not deep enough to be inside. The end is returned. */
  #flow(close: string, indent: number, entry: () => number): number {
    const scanner = this.#scanner;
    const line = scanner.lineStart;
    scanner.at++;
    this.#depth++;
    let end = scanner.at;
    while (!scanner.done) {
      const { lineStart } = scanner;
      scanner.skipBlanks();
      if (lineStart === line || scanner.column > indent) end = scanner.at;
      scanner.skipToContent();
      if (scanner.done) break;
      const char = scanner.char;
      const isClose = char === '}' || char === ']';
      const isOutside = scanner.column < indent || (scanner.column === indent && !isClose);
      if (scanner.lineStart !== line && isOutside) break;
      if (isClose) {
        // The bracket of something around this closes this too.
        if (char === close) end = ++scanner.at;
        break;
      }
      const before = scanner.at;
      if (char === ',') scanner.at++;
      else end = Math.max(end, entry());
      if (scanner.at === before) scanner.at++;
    }
    if (scanner.done) end = Math.max(end, scanner.text.trimEnd().length);
    this.#depth--;
    return end;
  }

  #skipLine(): void {
    this.#scanner.skipToLineEnd();
    this.#scanner.skipToContent();
  }
}
