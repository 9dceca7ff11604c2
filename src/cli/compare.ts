import { basename } from 'node:path';
import { readPieces } from '../captures/read-pieces.ts';
import { asItIs, comparison, compareModels, FEWEST, MOST, type Compared } from '../comparison/compare.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { measureForwarding, type ForwardingTimes } from '../comparison/forwarding-times.ts';
import { comparisonTable } from '../comparison/table.ts';
import { comparedCapture } from '../extension/core/comparison/recorded.ts';
import { variantNames, type VariantName } from '../models/models.ts';
import { parseTopology } from '../lab/topology/parse.ts';
import { loadTopology } from '../lab/topology/load.ts';
import { hasError, type Problem } from '../lab/topology/problem.ts';
import { isCapture } from '../packet/read-capture.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { comparisonLines } from './comparison-lines.ts';
import { checkOutputs, readBytes, writeOutput } from './files.ts';
import { problemLines } from './problems.ts';
import { NEWEST } from './record.ts';

const options = {
  models: { type: 'string' },
  measure: { type: 'boolean', default: false },
  values: { type: 'boolean', default: false },
  json: { type: 'string' },
} as const;

/** What is compared when nothing is said. */
const USUAL = 'dnat,dr,tun';

/**
 * `lb-lab compare FILE [--models dnat,dr,tun] [--measure]`: the first request of the file under each of the models. `lb-lab compare FILE
 * FILE …`: the first request of each file as it is, or of a recording that other hosts made. Exit 0 when every lab could be made, 1 when one could not, 2 for a bad
 * file or call.
 */
export async function compare(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals: files, values } = parseOptions(call, args, options, MOST);
  if (files.length === 0) throw new CliError('cli.no-file');
  const given = files.map((name): Given => ({ name, bytes: readBytes(name) }));
  const asTheyAre = files.length > 1 || isCapture(given[0]!.bytes);
  if (asTheyAre && values.models !== undefined) throw new CliError('comparison.files-and-models');
  const models = asTheyAre ? [] : modelsIn(values.models ?? USUAL);
  if (asTheyAre && files.length < FEWEST) throw howMany();
  const cli = checkOutputs(call, [values.json]);
  const compared = asTheyAre ? await ofFiles(cli, given) : ofModels(cli, given[0]!, models);
  if (!compared) return 2;
  if (values.json) writeOutput(values.json, [`${JSON.stringify(compared, null, 2)}\n`]);
  const { translate } = cli;
  const times = values.measure ? measured() : undefined;
  const table = comparisonTable(compared, { translate, values: values.values, times });
  comparisonLines(table, cli.paint).forEach(cli.out);
  return compared.columns.every(({ sums }) => sums) ? 0 : 1;
}

function measured(): ForwardingTimes {
  const turns = measureForwarding(() => performance.now());
  for (;;) {
    const turn = turns.next();
    if (turn.done) return turn.value;
  }
}

function modelsIn(list: string): VariantName[] {
  const names = list.split(',').map((name) => name.trim());
  const known: readonly string[] = variantNames;
  for (const [index, model] of names.entries()) {
    if (!known.includes(model))
      throw new CliError('comparison.bad-model', { model, models: variantNames.join(', ') });
    if (names.indexOf(model) < index) throw new CliError('comparison.twice', { model });
  }
  if (names.length < FEWEST || names.length > MOST) throw howMany();
  return names as VariantName[];
}

function howMany(): CliError {
  return new CliError('comparison.how-many', { option: '--models', example: `--models ${USUAL}` });
}

interface Given {
  readonly name: string;
  readonly bytes: Buffer;
}

function ofModels(cli: Cli, { name, bytes }: Given, models: readonly VariantName[]): Comparison | undefined {
  const { document, problems } = parseTopology(bytes.toString('utf8'), basename(name));
  tell(cli, name, problems);
  return document && compareModels(document, models, cli.translate);
}

/** Undefined where a topology has an error. */
async function ofFiles(cli: Cli, files: readonly Given[]): Promise<Comparison | undefined> {
  const compared: (Compared | undefined)[] = [];
  for (const file of files)
    compared.push(isCapture(file.bytes) ? await ofRecording(cli, file) : ofTopology(cli, file));
  const columns = compared.filter((column) => column !== undefined);
  return columns.length < files.length ? undefined : comparison(columns);
}

function ofTopology(cli: Cli, { name, bytes }: Given): Compared | undefined {
  const { plan, problems } = loadTopology(bytes.toString('utf8'), basename(name));
  tell(cli, name, problems);
  return plan && asItIs(plan, cli.translate);
}

async function ofRecording({ translate }: Cli, { name, bytes }: Given): Promise<Compared> {
  const source = { name: basename(name), capture: await readPieces([bytes]) };
  const { signal } = new AbortController();
  const reading = { limits: NEWEST, translate, signal, onShare: () => undefined };
  const compared = await comparedCapture(source, reading);
  if ('code' in compared) throw new CliError(`captures.${compared.code}`, compared.params);
  return compared;
}

function tell(cli: Cli, file: string, problems: readonly Problem[]): void {
  const told = hasError(problems) ? problems.filter(({ severity }) => severity === 'error') : problems;
  for (const problem of told) problemLines(cli, file, problem).forEach(cli.err);
}
