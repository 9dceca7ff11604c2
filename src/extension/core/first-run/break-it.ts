import type { TopologyText } from '../language/topology-text.ts';

export interface InsertedText {
  /** Into the text, from 0. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const SETTING = 'hideVip: false';

/** The edit that lets a server answer ARP for the VIP. Undefined when there is no such server, or it does so already. */
export function breakIt({ text, loaded }: TopologyText, server: string): InsertedText | undefined {
  const { places, document } = loaded;
  const path = ['nodes', server];
  const node = document?.topology.nodes[server];
  if (!node || node.hideVip === false) return undefined;
  if (places.has([...path, 'hideVip'])) {
    const { start, end } = places.value([...path, 'hideVip']);
    return { start: start.offset, end: end.offset, text: 'false' };
  }
  const value = places.value(path);
  const end = value.end.offset;
  const isFlow = text[value.start.offset] === '{';
  if (isFlow) {
    const at = text.slice(0, end - 1).trimEnd().length;
    return { start: at, end: at, text: `, ${SETTING}` };
  }
  // The first key of the map stands at its indentation.
  const indent = ' '.repeat(value.start.column - 1);
  return { start: value.start.offset, end: value.start.offset, text: `${SETTING}\n${indent}` };
}
