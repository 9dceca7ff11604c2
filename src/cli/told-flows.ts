import { openedFlows } from '../journey/opened-flows.ts';
import type { Flow } from '../journey/report.ts';
import type { Cli } from './cli.ts';
import type { Story } from './explain-story.ts';
import { contextOf, flowLines, headLines } from './ladder/ladder.ts';

export interface FlowsOptions {
  readonly title: string;
  readonly full: boolean;
  readonly values: boolean;
}

/** Prints the flows of a story that goes on: each when it has come to rest, and again when there is more of it. */
export class ToldFlows {
  readonly #cli: Cli;
  readonly #options: FlowsOptions;
  /** By where a flow's first frame stands in the files: how it was when it was printed, and when it was looked at last. */
  #printed = new Map<string, string>();
  #seen = new Map<string, string>();
  #head = '';

  constructor(cli: Cli, options: FlowsOptions) {
    this.#cli = cli;
    this.#options = options;
  }

  /** @param all Also what may still go on: there will be no more. */
  tell({ told, report, source }: Story, all: boolean): void {
    const { translate, paint, out } = this.#cli;
    const { title, ...options } = this.#options;
    const context = contextOf(told.plan, { translate, paint, ...options, ...source });
    const opened = openedFlows(report.flows, options.full);
    const [printed, seen] = [new Map<string, string>(), new Map<string, string>()];
    for (const flow of report.flows) {
      const [first] = flow.journeys;
      if (first === undefined) continue;
      const key = source.frameName(source.journey(first).hops[0]!.frame);
      const state = stateOf(flow);
      const before = this.#printed.get(key);
      seen.set(key, state);
      if (before !== undefined) printed.set(key, before);
      if (before === state || (!all && this.#seen.get(key) !== state)) continue;
      printed.set(key, state);
      this.#tellHead(headLines(report, told.plan, title, context));
      flowLines(flow, opened.has(flow.id), context).forEach(out);
    }
    if (all) this.#tellHead(headLines(report, told.plan, title, context));
    // Of what is not kept any more nothing is remembered.
    this.#printed = printed;
    this.#seen = seen;
  }

  /** Once, and again where it is another. */
  #tellHead(lines: readonly string[]): void {
    const head = lines.join('\n');
    if (head !== this.#head) lines.forEach(this.#cli.out);
    this.#head = head;
  }
}

function stateOf({ journeys, outcome, endNs, startNs }: Flow): string {
  return `${journeys.length} ${Math.round(endNs - startNs)} ${JSON.stringify(outcome)}`;
}
