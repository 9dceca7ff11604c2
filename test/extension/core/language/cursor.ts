import { TopologyText } from '../../../../src/extension/core/language/topology-text.ts';
import { dr, edit } from '../../../lab/topology/fixtures.ts';

/** A file and the place of the cursor, which is written `│` in it. */
export function atCursor(marked: string): { readonly topology: TopologyText; readonly offset: number } {
  const offset = marked.indexOf('│');
  if (offset === -1) throw new Error(`no cursor in: ${marked}`);
  return { topology: topologyOf(marked.replace('│', '')), offset };
}

export function topologyOf(text: string): TopologyText {
  return new TopologyText(text, 'my.lblab.yaml');
}

/** The sound DR lab of the fixtures, changed. */
export function drWith(find: string, replacement: string): string {
  return edit(dr, [find, replacement]);
}

/** A line more in the section `nodes` of the DR lab. */
export function withNode(line: string): string {
  return drWith('traffic:', `${line}\ntraffic:`);
}

/** The line of the cursor, to name a test after. */
export function cursorLine(marked: string): string {
  return marked.split('\n').find((line) => line.includes('│')) ?? '';
}
