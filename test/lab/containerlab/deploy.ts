import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { ClabNode, ClabTopology } from '../../../src/lab/containerlab/clab-topology.ts';

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/**
 * A lab out of a folder of an export, by containerlab's own steps (its `runtime/docker` and `links`), and nothing else:
 * containers without a network, a veth pair for each link, then each node's commands, which no shell reads. Its containers
 * are privileged; these have no more than they need, for not every engine that tests run on may grant the rest.
 */
export class DeployedLab {
  readonly #containers: ReadonlyMap<string, string>;

  private constructor(containers: ReadonlyMap<string, string>) {
    this.#containers = containers;
  }

  /** Throws for a command that does not succeed; nothing is left behind then. */
  static async deploy(folder: string): Promise<DeployedLab> {
    const file = readdirSync(folder).find((name) => name.endsWith('.clab.yml'));
    const { topology } = parse(readFileSync(join(folder, file!), 'utf8')) as ClabTopology;
    const nodes = Object.entries(topology.nodes).map(
      ([name, node]) => [name, { ...topology.defaults, ...node }] as const,
    );
    const containers = new Map<string, string>();
    const lab = new DeployedLab(containers);
    try {
      for (const [name, node] of nodes) containers.set(name, await create(folder, name, node));
      await must(['start', ...containers.values()]);
      await cable(
        topology.links,
        await pidsOf(containers),
        nodes.map(([, { image }]) => image!),
      );
      await Promise.all(nodes.map(([name, { exec = [] }]) => lab.#configure(name, exec)));
      return lab;
    } catch (error) {
      await lab.destroy();
      throw error;
    }
  }

  /** A command in a node, by its words. */
  run(node: string, command: string): Promise<Ran> {
    return docker(['exec', this.#containers.get(node)!, ...command.split(' ')]);
  }

  async destroy(): Promise<void> {
    const ids = [...this.#containers.values()];
    if (ids.length > 0) await must(['rm', '--force', '--volumes', ...ids]);
  }

  async #configure(name: string, commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const { code, output } = await this.run(name, command);
      if (code !== 0) throw new Error(`${name}: ${command}: ${output}`);
    }
  }
}

async function create(folder: string, name: string, node: ClabNode): Promise<string> {
  const [entrypoint, ...words] = node.entrypoint!.split(' ');
  const options = [
    ...['--network', node['network-mode']!, '--tty', '--interactive', '--hostname', name],
    ...granted('NET_ADMIN', 'NET_RAW', 'SETGID'),
    ...Object.entries(node.env ?? {}).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    // Its kind `linux` switches IPv6 on where there are other switches.
    ...Object.entries({ ...node.sysctls, 'net.ipv6.conf.all.disable_ipv6': '0' }).flatMap(([key, value]) => [
      '--sysctl',
      `${key}=${value}`,
    ]),
    ...(node.binds ?? []).flatMap((bind) => ['--volume', join(folder, bind)]),
    ...['--entrypoint', entrypoint!],
  ];
  return must(['create', ...options, node.image!, ...words]);
}

async function pidsOf(containers: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const pids = await must(['inspect', '--format', '{{.State.Pid}}', ...containers.values()]);
  const lines = pids.split('\n');
  return new Map([...containers.keys()].map((name, index) => [name, lines[index]!]));
}

/** From within a container that sees every process: this machine's own network is not touched. */
async function cable(
  links: ClabTopology['topology']['links'],
  pids: ReadonlyMap<string, string>,
  [image]: readonly string[],
): Promise<void> {
  const end = (endpoint: string) => {
    const [node, device] = endpoint.split(':');
    return `name ${device!} mtu 9500 netns ${pids.get(node!)!}`;
  };
  const steps = links.map(({ endpoints: [a, b] }) => `ip link add ${end(a)} type veth peer ${end(b)}`);
  const options = ['--network', 'none', '--pid', 'host', ...granted('NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE')];
  await must(['run', '--rm', ...options, '--entrypoint', 'sh', image!, '-ec', steps.join('\n')]);
}

function granted(...capabilities: readonly string[]): string[] {
  return capabilities.flatMap((name) => ['--cap-add', name]);
}

async function must(args: readonly string[]): Promise<string> {
  const { code, output } = await docker(args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${output}`);
  return output.trim();
}

async function docker(args: readonly string[]): Promise<Ran> {
  try {
    const { stdout } = await promisify(execFile)('docker', args, { timeout: 120_000 });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : -1, output: `${stdout}${stderr}` };
  }
}
