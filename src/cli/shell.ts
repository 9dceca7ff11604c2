import { findLabs } from '../lab/docker/sweep.ts';
import { LABEL } from '../lab/docker/labels.ts';
import type { DockerClient } from '../lab/docker/docker-client.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { withDocker } from './with-docker.ts';

/** `lb-lab shell NODE [--lab LAB] [-- PROGRAM …]`: a shell, or a program, in a node of a running Docker lab. */
export function shell(cli: Cli, args: readonly string[]): Promise<number> {
  const at = args.indexOf('--');
  const own = at < 0 ? args : args.slice(0, at);
  const program = at < 0 ? ['sh'] : args.slice(at + 1);
  const { positionals, values } = parseOptions(cli, own, { lab: { type: 'string' } }, 1);
  const [node] = positionals;
  if (node === undefined || program.length === 0) throw new CliError('cli.no-node');
  return withDocker(async (client) => {
    const container = await findNode(client, node, values.lab);
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
    const { columns = 80, rows = 24 } = process.stdout;
    const session = await client.exec(container, {
      command: program,
      ...(isTerminal && { tty: { columns, rows }, environment: { TERM: process.env['TERM'] ?? 'xterm' } }),
    });
    const resize = () =>
      void session.resize(process.stdout.columns, process.stdout.rows).catch(() => undefined);
    if (isTerminal) {
      process.stdin.setRawMode(true);
      process.stdout.on('resize', resize);
    }
    process.stdin.pipe(session.stdin);
    session.stdout.pipe(process.stdout, { end: false });
    session.stderr.pipe(process.stderr, { end: false });
    try {
      return await session.exitCode();
    } finally {
      process.stdout.off('resize', resize);
      if (isTerminal) process.stdin.setRawMode(false);
      process.stdin.unpipe(session.stdin);
      process.stdin.pause();
    }
  });
}

async function findNode(client: DockerClient, node: string, lab: string | undefined): Promise<string> {
  const labs = (await findLabs(client)).filter(
    ({ id, name }) => lab === undefined || id === lab || name === lab,
  );
  const found = labs.flatMap(({ containers }) =>
    containers.filter(({ labels, state }) => labels[LABEL.node] === node && state === 'running'),
  );
  if (found.length === 0) throw new CliError('cli.no-such-node', { node });
  if (found.length > 1)
    throw new CliError('cli.several-labs', {
      labs: labs.map(({ id, name }) => `${id} (${name})`).join(', '),
    });
  return found[0]!.id;
}
