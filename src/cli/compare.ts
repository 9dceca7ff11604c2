import { basename } from 'node:path';
import { asItIs, comparison, compareModels, FEWEST, MOST } from '../comparison/compare.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { measureForwarding, type ForwardingTimes } from '../comparison/forwarding-times.ts';
import { comparisonTable } from '../comparison/table.ts';
import { variantNames, type VariantName } from '../models/models.ts';
import { parseTopology } from '../lab/topology/parse.ts';
import { loadTopology } from '../lab/topology/load.ts';
import { hasError, type Problem } from '../lab/topology/problem.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { comparisonLines } from './comparison-lines.ts';
import { checkOutputs, readText, writeOutput } from './files.ts';
import { problemLines } from './problems.ts';

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
 * FILE …`: the first request of each file as it is. Exit 0 when every lab could be made, 1 when one could not, 2 for a bad
 * file or call.
 */
export function compare(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals: files, values } = parseOptions(call, args, options, MOST);
  if (files.length === 0) throw new CliError('cli.no-file');
  const [file = ''] = files;
  if (files.length > 1 && values.models !== undefined) throw new CliError('comparison.files-and-models');
  const models = files.length > 1 ? [] : modelsIn(values.models ?? USUAL);
  const texts = files.map(readText);
  const cli = checkOutputs(call, [values.json]);
  const compared = files.length > 1 ? ofFiles(cli, files, texts) : ofModels(cli, file, texts[0]!, models);
  if (!compared) return Promise.resolve(2);
  if (values.json) writeOutput(values.json, [`${JSON.stringify(compared, null, 2)}\n`]);
  const { translate } = cli;
  const times = values.measure ? measured() : undefined;
  const table = comparisonTable(compared, { translate, values: values.values, times });
  comparisonLines(table, cli.paint).forEach(cli.out);
  return Promise.resolve(compared.columns.every(({ sums }) => sums) ? 0 : 1);
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
  if (names.length < FEWEST || names.length > MOST)
    throw new CliError('comparison.how-many', { option: '--models', example: `--models ${USUAL}` });
  return names as VariantName[];
}

function ofModels(
  cli: Cli,
  file: string,
  text: string,
  models: readonly VariantName[],
): Comparison | undefined {
  const { document, problems } = parseTopology(text, basename(file));
  tell(cli, file, problems);
  return document && compareModels(document, models, cli.translate);
}

function ofFiles(cli: Cli, files: readonly string[], texts: readonly string[]): Comparison | undefined {
  const loaded = texts.map((text, index) => loadTopology(text, basename(files[index]!)));
  for (const [index, { problems }] of loaded.entries()) tell(cli, files[index]!, problems);
  const plans = loaded.flatMap(({ plan }) => plan ?? []);
  if (plans.length < loaded.length) return undefined;
  return comparison(plans.map((plan) => asItIs(plan, cli.translate)));
}

function tell(cli: Cli, file: string, problems: readonly Problem[]): void {
  const told = hasError(problems) ? problems.filter(({ severity }) => severity === 'error') : problems;
  for (const problem of told) problemLines(cli, file, problem).forEach(cli.err);
}
