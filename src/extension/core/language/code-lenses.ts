import type { CommandId } from '../ids.ts';
import type { LiveState } from './live-lab.ts';
import type { Span } from './syntax/tree.ts';
import { pairOf } from './syntax/tree.ts';
import type { TopologyText } from './topology-text.ts';

/** A command above a line; its title is `language.lens.ID`. It is given the document's URI, and then `index` if any. */
export interface CodeLens {
  readonly range: Span;
  readonly id: keyof typeof commands;
  readonly command: CommandId;
  /** Fills the title. */
  readonly params?: { readonly count: number };
  /** Which entry of `traffic`, from 0. */
  readonly index?: number;
}

const commands = {
  start: 'lbLab.start',
  stop: 'lbLab.stop',
  restart: 'lbLab.restart',
  apply: 'lbLab.apply',
  'show-flow': 'lbLab.showFlow',
  running: 'lbLab.showFlow',
  'send-request': 'lbLab.sendEntry',
} as const satisfies Readonly<Record<string, CommandId>>;

/**
 * On the model what there is to do with the lab, on each entry of the traffic its request; nowhere else.
 * @param live Of the lab that runs from the file, if one does.
 */
export function codeLenses({ root, facts, text }: TopologyText, live?: LiveState): CodeLens[] {
  const model = pairOf(root, 'model');
  const range = model && { start: model.key.start, end: model.key.end };
  const ofLab = live ? ofRunning(live, text) : (['start', 'show-flow'] as const);
  return [
    ...(range ? ofLab.map((id) => ({ range, id, command: commands[id], ...paramsOf(id, live) })) : []),
    ...facts.traffic.map(({ start, end }, index): CodeLens => ({
      range: { start, end },
      id: 'send-request',
      command: commands['send-request'],
      index,
    })),
  ];
}

/** There is something to apply only where the file says something else than the lab runs. */
function ofRunning(live: LiveState, text: string): readonly CodeLens['id'][] {
  return ['stop', 'restart', ...(live.text === text ? [] : (['apply'] as const)), 'running'];
}

function paramsOf(id: CodeLens['id'], live: LiveState | undefined): Pick<CodeLens, 'params'> {
  return id === 'running' && live ? { params: { count: live.flowCount } } : {};
}
