import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { clabName } from '../lab/containerlab/clab-topology.ts';
import { exportFiles } from '../lab/containerlab/export-files.ts';
import { nodeImage } from '../lab/docker/image/node-image.ts';
import { loadTopology } from '../lab/topology/load.ts';
import { CliError, parseCall, reasonOf, type Cli } from './cli.ts';
import { readText, writeOutput } from './files.ts';
import { packageRoot } from './package-root.ts';
import { problemLines } from './problems.ts';

const options = { out: { type: 'string' }, image: { type: 'string' } } as const;

/**
 * `lb-lab export containerlab FILE [--out FOLDER] [--image NAME]`: the lab for another engine. Exit 0 when it is written,
 * 2 when the file has errors or the folder is not empty.
 */
export function exportContainerlab(cli: Cli, args: readonly string[]): Promise<number> {
  const { file, values } = parseCall(cli, args, options);
  const { plan, problems } = loadTopology(readText(file), basename(file));
  for (const problem of problems) problemLines(cli, file, problem).forEach(cli.err);
  if (!plan) return Promise.resolve(2);
  const checked = plan.nodes.flatMap(
    ({ forwarder }) => forwarder?.services.filter(({ check }) => check) ?? [],
  );
  if (checked.length > 0)
    throw new CliError('cli.export.checks', {
      services: [...new Set(checked.map(({ name }) => name))].join(', '),
    });
  const folder = values.out ?? `${clabName(plan.lab)}-containerlab`;
  const image = values.image ?? nodeImage(packageRoot()).tag;
  const files = [
    ...exportFiles(plan, image, cli.translate('cli.export.header'), (name) => readOwn('dist', name)),
    { path: 'README.md', content: readOwn('docs', 'containerlab.md') },
    { path: 'README.zh-CN.md', content: readOwn('docs', 'containerlab.zh-cn.md') },
  ];
  refuseFull(folder);
  for (const { path, content } of files) {
    const target = join(folder, path);
    makeFolder(dirname(target));
    writeOutput(target, [content]);
  }
  if (plan.events) cli.err(cli.translate('cli.export.events'));
  cli.out(cli.translate('cli.export.written', { folder, nodes: plan.nodes.length, image }));
  cli.out(cli.translate('cli.export.next', { folder }));
  return Promise.resolve(0);
}

/** A file of the package; what is built is there, or nothing of the command line would be. */
function readOwn(...path: string[]): string {
  const file = join(packageRoot(), ...path);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError('cli.cannot-read', { file, message: reasonOf(error) });
  }
}

/** What stands in a folder is somebody's: nothing is overwritten, and no stranger's file is taken for part of the lab. */
function refuseFull(folder: string): void {
  if (!existsSync(folder)) return;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new CliError('cli.cannot-write', { file: folder, message: reasonOf(error) });
  }
  if (names.length > 0) throw new CliError('cli.export.not-empty', { folder });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CliError('cli.cannot-write', { file: folder, message: reasonOf(error) });
  }
}
