import { loadTopology } from '../../lab/topology/load.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { causesLike, isCause } from '../../mystery/causes.ts';
import { planWithHidden } from '../../mystery/hide.ts';
import { shortfalls } from '../../mystery/judge.ts';
import type { Mystery } from '../../mystery/mystery.ts';
import type { MysteryProgress } from '../../mystery/progress.ts';
import { runLine } from '../../console/console.ts';
import { CliError, linesOf, type Cli } from '../cli.ts';
import { writeOutput } from '../files.ts';
import { problemLines } from '../problems.ts';
import { SealedRun } from './sealed-run.ts';

export interface SessionParts {
  readonly cli: Cli;
  readonly mystery: Mystery;
  readonly progress: MysteryProgress;
  /** The name of the learner's file, when there is one, and what is in it now. Throws `CliError`. */
  readonly file: { readonly name: string; readonly read: () => string } | undefined;
}

/** One line of the learner's after another. */
export class MysterySession {
  readonly #parts: SessionParts;
  #run: SealedRun;
  /** The node on whose console the learner is. */
  #node: string | undefined;
  #hasLeft = false;

  /** Throws `CliError` for a file with errors, when these have been printed. */
  constructor(parts: SessionParts) {
    this.#parts = parts;
    const plans = this.#plans();
    if (!plans) throw new CliError('mystery.bad-file');
    this.#run = new SealedRun(plans, parts.cli.translate);
  }

  get isOver(): boolean {
    return this.#parts.progress.isOver || this.#hasLeft;
  }

  get prompt(): string {
    return this.#node === undefined ? this.#parts.cli.translate('mystery.prompt') : `${this.#node}# `;
  }

  /** Never rejects for what somebody typed. */
  async line(text: string): Promise<void> {
    const [word = '', ...rest] = text.trim().split(/\s+/);
    if (word === '') return;
    if (this.#node !== undefined) return this.#onNode(text.trim());
    try {
      await this.#command(word, rest);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      this.#say(error.key, error.params);
    }
  }

  async #command(word: string, rest: readonly string[]): Promise<void> {
    const { cli, mystery, progress } = this.#parts;
    const [first = ''] = rest;
    switch (word) {
      case 'help':
        return linesOf(cli.translate('mystery.help')).forEach(cli.out);
      case 'ladder':
        progress.look('ladder');
        return this.#run.ladder(mystery.file, first === 'full', cli.paint).forEach(cli.out);
      case 'table':
        return this.#table(this.#nodeCalled(first));
      case 'shell':
        this.#node = this.#nodeCalled(first);
        progress.look('shell');
        return;
      case 'capture':
        return this.#capture(first);
      case 'run':
        return this.#again();
      case 'causes':
        return listCauses(cli, rest.join(' '));
      case 'answer':
        return void answered(this.#parts, first);
      case 'give-up':
        progress.giveUp();
        return this.#say('mystery.given-up', { cause: causesOf(this.#parts) });
      case 'quit':
        this.#hasLeft = true;
        return this.#say('mystery.left', { level: mystery.level, seed: mystery.seed });
      default:
        return this.#say('mystery.unknown', { word });
    }
  }

  async #table(node: string): Promise<void> {
    const { progress, cli } = this.#parts;
    progress.look('table');
    const sees = { print: cli.out, signal: new AbortController().signal };
    const asked = ['ip a', 'ip r', 'ip n', 'ss', 'log'];
    if (this.#run.hasForwarder(node)) asked.push('connections');
    for (const command of asked) {
      cli.out(cli.paint('heading', `${node}# ${command}`));
      await runLine(command, this.#run.node(node), sees, cli.translate);
    }
  }

  async #onNode(line: string): Promise<void> {
    const { cli } = this.#parts;
    if (line === 'exit') {
      this.#node = undefined;
      return;
    }
    const print = (text: string) => linesOf(text).forEach(cli.out);
    const run = { print, signal: new AbortController().signal };
    await runLine(line, this.#run.node(this.#node!), run, cli.translate);
  }

  #capture(file: string): void {
    if (file === '') throw new CliError('mystery.no-capture-name');
    const { bytes, frames } = this.#run.pcapng();
    writeOutput(file, [bytes]);
    this.#parts.progress.look('capture');
    this.#say('mystery.captured', { file, frames });
  }

  /** The file as it is now, from the beginning, and whether it is sound. */
  async #again(): Promise<void> {
    const { cli, mystery, progress } = this.#parts;
    const plans = this.#plans();
    if (!plans) return this.#say('mystery.bad-file');
    this.#run = new SealedRun(plans, cli.translate);
    const lacks = await shortfalls(mystery, plans.hidden, cli.translate);
    progress.attempted(lacks.length === 0);
    if (lacks.length === 0) cli.out(cli.paint('good', cli.translate('mystery.mended')));
    for (const lack of lacks) this.#say(`mystery.lacks.${lack}`);
  }

  #plans(): { readonly own: Plan; readonly hidden: Plan } | undefined {
    const { cli, mystery, file } = this.#parts;
    const text = file?.read() ?? mystery.text;
    // The lab has the mystery's name, whatever the file is called: its MAC addresses are made of it.
    const { document, plan, problems } = loadTopology(text, mystery.file);
    for (const problem of problems) problemLines(cli, file?.name ?? mystery.file, problem).forEach(cli.err);
    const hidden = document && planWithHidden(document, mystery.fault);
    return plan && hidden && { own: plan, hidden };
  }

  #nodeCalled(name: string): string {
    const { nodes } = this.#run;
    if (nodes.includes(name)) return name;
    throw new CliError('mystery.no-node', { node: name, nodes: nodes.join(', ') });
  }

  #say(key: string, params = {}): void {
    const { cli } = this.#parts;
    cli.out(cli.translate(key, params));
  }
}

export function listCauses({ out, paint, translate }: Cli, search: string): void {
  const found = causesLike(search, translate);
  const width = Math.max(0, ...found.map(({ cause }) => cause.length));
  for (const { cause, text } of found) out(`  ${paint('heading', cause.padEnd(width))}  ${text}`);
}

/** Says whether it is right; throws `CliError` for what is no cause. */
export function answered({ cli, progress }: Pick<SessionParts, 'cli' | 'progress'>, cause: string): boolean {
  if (!isCause(cause)) throw new CliError('mystery.no-cause', { cause });
  const right = progress.answer(cause);
  const text = cli.translate(right ? 'mystery.right' : 'mystery.wrong', {
    cause: cli.translate(`mystery.cause.${cause}`),
  });
  cli.out(cli.paint(right ? 'good' : 'bad', text));
  return right;
}

function causesOf({ mystery, cli }: SessionParts): string {
  const { answers } = mystery.fault;
  return answers.map((cause) => cli.translate(`mystery.cause.${cause}`)).join(cli.translate('mystery.or'));
}
