import { basename } from 'node:path';
import { draftOf, skippedRemark } from '../captures/director-config/draft-of.ts';
import { readIpvsadm } from '../captures/director-config/ipvsadm.ts';
import { readKeepalived } from '../captures/director-config/keepalived.ts';
import { draftText } from '../captures/inference/draft.ts';
import { schedulerNames } from '../lab/topology/schema.ts';
import { CliError, linesOf, parseCall, type Cli } from './cli.ts';
import { checkOutputs, readText, writeOutput } from './files.ts';

const options = { output: { type: 'string' } } as const;

/**
 * `lb-lab import FILE`: a draft of a topology from what `ipvsadm -Sn` wrote or from a `keepalived.conf`, on standard output
 * or in a file; what it does not show is said line by line. Exit 0, or 2 when the file has no service.
 */
export function importConfig(call: Cli, args: readonly string[]): Promise<number> {
  const { file, values } = parseCall(call, args, options);
  const text = readText(file);
  const cli = checkOutputs(call, [values.output]);
  const names = new Set(schedulerNames);
  const config = /^\s*virtual_server\s/m.test(text) ? readKeepalived(text, names) : readIpvsadm(text, names);
  const { translate } = cli;
  const draft = draftOf(config, basename(file));
  for (const skipped of config.skipped) {
    const { key, params } = skippedRemark(skipped);
    cli.err(translate(key, params));
  }
  if (!draft) throw new CliError('captures.no-services', { file });
  const written = draftText(draft, ({ key, params }) => translate(key, params));
  if (values.output === undefined) linesOf(written.trimEnd()).forEach(cli.out);
  else writeOutput(values.output, [written]);
  return Promise.resolve(0);
}
