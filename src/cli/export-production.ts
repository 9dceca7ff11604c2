import { basename } from 'node:path';
import { ipvsadmLines } from '../lab/production/ipvsadm.ts';
import { keepalivedLines } from '../lab/production/keepalived.ts';
import { remark, textOf, type DirectorNode, type Line, type Remark } from '../lab/production/said.ts';
import { sysctlLines } from '../lab/production/sysctl.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan, PlannedNode } from '../lab/topology/plan.ts';
import { CliError, parseCall, type Cli } from './cli.ts';
import { checkOutputs, readText, writeOutput } from './files.ts';
import { problemLines } from './problems.ts';

const options = { node: { type: 'string' }, output: { type: 'string' } } as const;

const ofDirector = { ipvsadm: ipvsadmLines, keepalived: keepalivedLines } as const;

export type ProductionFormat = keyof typeof ofDirector | 'sysctl';

export function isProductionFormat(name: string): name is ProductionFormat {
  return name === 'sysctl' || Object.hasOwn(ofDirector, name);
}

/**
 * `lb-lab export ipvsadm | keepalived | sysctl FILE [--node NAME] [--output FILE]`: what machines in production are told, as
 * the lab begins. What cannot be said there stands in the text as a comment, and on standard error. Exit 0, or 2 when the
 * file has errors or nothing of the kind.
 */
export function exportProduction(
  call: Cli,
  format: ProductionFormat,
  args: readonly string[],
): Promise<number> {
  const { file, values } = parseCall(call, args, options);
  const { plan, problems } = loadTopology(readText(file), basename(file));
  const cli = checkOutputs(call, [values.output]);
  for (const problem of problems) problemLines(cli, file, problem).forEach(cli.err);
  if (!plan) return Promise.resolve(2);
  const lines =
    format === 'sysctl'
      ? sysctlLines(plan, nodesOf(plan, values.node))
      : directorLines(plan, format, values.node);
  const words = ({ key, params }: Remark): string => cli.translate(key, params);
  for (const line of lines) if (typeof line !== 'string') cli.err(words(line));
  const text = textOf(lines, words);
  if (values.output === undefined) text.forEach(cli.out);
  else writeOutput(values.output, [`${text.join('\n')}\n`]);
  return Promise.resolve(0);
}

function directorLines(plan: Plan, format: keyof typeof ofDirector, name: string | undefined): Line[] {
  const directors = plan.nodes.filter(isDirector);
  const names = directors.map((one) => one.name).join(', ') || '-';
  if (name === undefined && directors.length === 0) throw new CliError('cli.export.no-service');
  // The preferred one of the first service, where nobody is named.
  const wanted = name ?? plan.services[0]?.director ?? directors[0]?.name;
  const director = directors.find((one) => one.name === wanted);
  if (!director) throw new CliError('cli.export.no-director', { node: wanted ?? '', directors: names });
  const others = directors.filter((one) => one !== director).map((one) => one.name);
  const lines = ofDirector[format](plan, director);
  return others.length > 0 && name === undefined
    ? [remark('others', { name: director.name, others: others.join(', ') }), ...lines]
    : lines;
}

function nodesOf({ nodes }: Plan, name: string | undefined): readonly PlannedNode[] {
  if (name === undefined) return nodes;
  const node = nodes.find((one) => one.name === name);
  if (!node)
    throw new CliError('cli.export.no-node', { node: name, nodes: nodes.map((one) => one.name).join(', ') });
  return [node];
}

function isDirector(node: PlannedNode): node is DirectorNode {
  return node.role === 'director' && node.forwarder !== undefined && node.forwarder.services.length > 0;
}
