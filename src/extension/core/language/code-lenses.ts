import type { Span } from './syntax/tree.ts';
import { pairOf } from './syntax/tree.ts';
import type { TopologyText } from './topology-text.ts';

/** A command above a line; its title is `language.lens.ID`. It is given the document's URI, and then `index` if any. */
export interface CodeLens {
  readonly range: Span;
  readonly id: 'start' | 'apply' | 'show-flow' | 'send-request';
  readonly command: 'lbLab.start' | 'lbLab.apply' | 'lbLab.showFlow' | 'lbLab.sendEntry';
  /** Which entry of `traffic`, from 0. */
  readonly index?: number;
}

/** On the model what there is to do with the lab, on each entry of the traffic its request; nowhere else. */
export function codeLenses({ root, facts }: TopologyText): CodeLens[] {
  const model = pairOf(root, 'model');
  const range = model && { start: model.key.start, end: model.key.end };
  return [
    ...(range
      ? ([
          { range, id: 'start', command: 'lbLab.start' },
          { range, id: 'apply', command: 'lbLab.apply' },
          { range, id: 'show-flow', command: 'lbLab.showFlow' },
        ] as const)
      : []),
    ...facts.traffic.map(({ start, end }, index): CodeLens => ({
      range: { start, end },
      id: 'send-request',
      command: 'lbLab.sendEntry',
      index,
    })),
  ];
}
