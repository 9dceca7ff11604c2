import { basename } from 'node:path';
import { loadTopology } from '../lab/topology/load.ts';
import { linesOf, parseCall, type Cli } from './cli.ts';
import { readText } from './files.ts';
import { problemLines, problemText } from './problems.ts';

/** `lb-lab check FILE [--json]`: exit 0 nothing found, 1 warnings only, 2 errors. */
export function check(cli: Cli, args: readonly string[]): Promise<number> {
  const { file, values } = parseCall(cli, args, { json: { type: 'boolean' } });
  const { problems } = loadTopology(readText(file), basename(file));
  if (values.json) {
    const list = problems.map((problem) => ({
      code: problem.code,
      severity: problem.severity,
      line: problem.range.start.line,
      column: problem.range.start.column,
      ...problemText(cli, problem),
    }));
    linesOf(JSON.stringify(list, null, 2)).forEach(cli.out);
  } else {
    for (const problem of problems) problemLines(cli, file, problem).forEach(cli.out);
    if (problems.length === 0) cli.out(cli.translate('cli.check-ok', { file }));
  }
  if (problems.some(({ severity }) => severity === 'error')) return Promise.resolve(2);
  return Promise.resolve(problems.length > 0 ? 1 : 0);
}
