import { linesOf, parseOptions, type Cli } from './cli.ts';
import { checkOutputs, writeOutput } from './files.ts';
import { readQuestion, simulateOptions } from './simulate/question.ts';
import { simulationLines } from './simulate/lines.ts';
import { simulateAll } from '../simulation/all.ts';

/**
 * `lb-lab simulate [FILE] …`: which connections of a fleet move or break when a server or a director goes or comes. Exit 0,
 * or 2 for a bad file or call.
 */
export function simulate(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(call, args, simulateOptions, 1);
  const cli = checkOutputs(call, [values.json]);
  const question = readQuestion(cli, positionals[0], values);
  if (!question) return Promise.resolve(2);
  const answer = simulateAll(question);
  if (values.json) writeOutput(values.json, [`${JSON.stringify(answer, null, 2)}\n`]);
  simulationLines(cli, answer).flatMap(linesOf).forEach(cli.out);
  return Promise.resolve(0);
}
