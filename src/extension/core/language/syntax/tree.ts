/** Offsets into the text, in UTF-16 code units; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What stands in a topology file, as far as it can be told; also of a file that is not YAML yet. */
export type SyntaxNode = SyntaxMap | SyntaxList | SyntaxScalar;

export interface SyntaxMap extends Span {
  readonly kind: 'map';
  /** Between braces. */
  readonly flow: boolean;
  readonly pairs: SyntaxPair[];
}

export interface SyntaxPair extends Span {
  readonly key: SyntaxScalar;
  /** A key that is still being typed has no colon yet. */
  readonly hasColon: boolean;
  readonly value?: SyntaxNode;
}

export interface SyntaxList extends Span {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: SyntaxItem[];
}

/** From its dash, or from its first character. */
export interface SyntaxItem extends Span {
  readonly value?: SyntaxNode;
}

export interface SyntaxScalar extends Span {
  readonly kind: 'scalar';
  /** Without quotes. */
  readonly text: string;
  /** `"` or `'`; empty for a plain one. */
  readonly quote: string;
  /** `*` for an alias, `|` or `>` for a block of text; empty for anything else. */
  readonly mark: string;
}

/** The value of a key in a map; undefined also when the node is something else. */
export function valueOf(node: SyntaxNode | undefined, key: string): SyntaxNode | undefined {
  return pairOf(node, key)?.value;
}

export function pairOf(node: SyntaxNode | undefined, key: string): SyntaxPair | undefined {
  return node?.kind === 'map' ? node.pairs.find((pair) => pair.key.text === key) : undefined;
}

/** The text of a scalar; undefined for a map, a list, an alias, and where there is nothing. */
export function textOf(node: SyntaxNode | undefined): string | undefined {
  return node?.kind === 'scalar' && node.mark === '' ? node.text : undefined;
}

/** The pairs of a map; none of anything else. */
export function pairsOf(node: SyntaxNode | undefined): readonly SyntaxPair[] {
  return node?.kind === 'map' ? node.pairs : [];
}

/** The values of a list, or a scalar alone; the spans of both. */
export function scalarsOf(node: SyntaxNode | undefined): readonly SyntaxScalar[] {
  if (node?.kind === 'scalar') return node.mark === '' ? [node] : [];
  if (node?.kind !== 'list') return [];
  return node.items.flatMap(({ value }) => (value?.kind === 'scalar' && value.mark === '' ? [value] : []));
}
