import type { SyntaxNode } from './syntax/tree.ts';
import type { TopologyText } from './topology-text.ts';

/** Lines count from 0; both are part of the range. */
export interface Fold {
  readonly startLine: number;
  readonly endLine: number;
  readonly isComment: boolean;
}

/** Every key and list entry that goes over several lines, and comments of several lines. */
export function folds({ root, text }: TopologyText): Fold[] {
  const lineOf = lineFinder(text);
  const found = new Map<number, Fold>();
  const add = (start: number, end: number) => {
    const startLine = lineOf(start);
    const endLine = lineOf(end);
    if (endLine > startLine && !found.has(startLine))
      found.set(startLine, { startLine, endLine, isComment: false });
  };
  const visit = (node: SyntaxNode | undefined): void => {
    for (const pair of node?.kind === 'map' ? node.pairs : []) {
      add(pair.start, pair.end);
      visit(pair.value);
    }
    for (const item of node?.kind === 'list' ? node.items : []) {
      add(item.start, item.end);
      visit(item.value);
    }
  };
  visit(root);
  return [...found.values(), ...commentFolds(text)].sort((a, b) => a.startLine - b.startLine);
}

function commentFolds(text: string): Fold[] {
  const folds: Fold[] = [];
  let first = -1;
  const lines = text.split('\n');
  for (let line = 0; line <= lines.length; line++) {
    if (/^\s*#/.test(lines[line] ?? '')) {
      if (first === -1) first = line;
      continue;
    }
    if (first !== -1 && line - first > 1)
      folds.push({ startLine: first, endLine: line - 1, isComment: true });
    first = -1;
  }
  return folds;
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
}
