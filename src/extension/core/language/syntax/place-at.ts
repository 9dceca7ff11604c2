import type { Path } from '../../../../lab/topology/places.ts';
import type { SyntaxMap, SyntaxNode, SyntaxPair, SyntaxScalar } from './tree.ts';

/** A key or a scalar value, and the keys and indexes that lead to it. */
export interface Place {
  /** Of a key, the path of its value: `model` stands at `['model']`. */
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly scalar: SyntaxScalar;
  /** What the scalar is the key of, or the nearest key above it. */
  readonly pair?: SyntaxPair;
  /** The map that the pair stands in. */
  readonly map?: SyntaxMap;
}

/** The key or scalar that an offset is in or at the end of. */
export function placeAt(root: SyntaxNode | undefined, offset: number): Place | undefined {
  return root && find(root, [], (scalar) => offset >= scalar.start && offset <= scalar.end, offset);
}

function find(
  node: SyntaxNode,
  path: Path,
  isIt: (scalar: SyntaxScalar) => boolean,
  offset: number,
  pair?: SyntaxPair,
  map?: SyntaxMap,
): Place | undefined {
  const around = { ...(pair && { pair }), ...(map && { map }) };
  if (node.kind === 'scalar')
    return isIt(node) ? { path, part: 'value', scalar: node, ...around } : undefined;
  if (node.kind === 'list') {
    for (const [index, { value, start, end }] of node.items.entries()) {
      if (!value || offset < start || offset > end) continue;
      const found = find(value, [...path, index], isIt, offset, pair, map);
      if (found) return found;
    }
    return undefined;
  }
  for (const inner of node.pairs) {
    if (offset < inner.start || offset > inner.end) continue;
    const below = [...path, inner.key.text];
    if (isIt(inner.key)) return { path: below, part: 'key', scalar: inner.key, pair: inner, map: node };
    const found = inner.value && find(inner.value, below, isIt, offset, inner, node);
    if (found) return found;
  }
  return undefined;
}
