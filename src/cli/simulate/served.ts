import { basename } from 'node:path';
import type { ForwarderConfig, ServiceConfig } from '../../forwarder/config.ts';
import { loadTopology } from '../../lab/topology/load.ts';
import { CliError, type Cli } from '../cli.ts';
import { readText } from '../files.ts';
import { problemLines } from '../problems.ts';

/** A service of a topology file, and who carries it. */
export interface Served {
  readonly service: ServiceConfig;
  readonly directors: readonly string[];
  readonly onRemove: ForwarderConfig['onRemove'];
}

/** The service of that name, or the first one; undefined when the file has errors: they were printed. */
export function servedIn(cli: Cli, file: string, name: string | undefined): Served | undefined {
  const { plan, problems } = loadTopology(readText(file), basename(file));
  for (const problem of problems) problemLines(cli, file, problem).forEach(cli.err);
  if (!plan) return undefined;
  const carried = plan.nodes.flatMap(({ name: director, forwarder }) =>
    (forwarder?.services ?? []).map((service) => ({ director, service, forwarder: forwarder! })),
  );
  const first = carried.find(({ service }) => name === undefined || service.name === name);
  if (!first) {
    if (name !== undefined) throw new CliError('simulate.no-such', { option: '--service', word: name });
    throw new CliError('simulate.no-service', { file });
  }
  return {
    service: first.service,
    directors: carried.flatMap(({ director, service }) =>
      service.name === first.service.name ? [director] : [],
    ),
    onRemove: first.forwarder.onRemove,
  };
}
