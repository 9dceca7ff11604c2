import type { PlannedNode, Sysctls } from '../topology/plan.ts';
import { AgentLink, type LinkListener } from './agent-link.ts';
import type { AgentDevice } from '../agent-wire/agent-protocol.ts';
import { RECEIVE } from './agent-files.ts';
import type { DockerClient, ProgramStreams } from './docker-client.ts';
import { nodeLimits } from './node-limits.ts';
import { LABEL, labLabels, objectName, type LabIdentity } from './labels.ts';

export interface ContainerOptions {
  readonly client: DockerClient;
  readonly lab: LabIdentity;
  readonly image: string;
  /** The agent and its processes, as `RECEIVE` takes them. */
  readonly files: Buffer;
  /** Without a controller for so long it ends itself. */
  readonly silenceSeconds: number;
  /** A segment's network, as soon as there is one. */
  readonly networkOf: (segment: string) => Promise<string>;
}

/** One node's container, and the segments that it is connected to. */
export class NodeContainer {
  readonly id: string;
  readonly #options: ContainerOptions;
  /** Network → segment. */
  readonly #connected = new Map<string, string>();
  /** The agent's own, until a link takes them. */
  #streams: ProgramStreams | undefined;
  #devices: readonly AgentDevice[] | undefined;

  private constructor(id: string, options: ContainerOptions, streams?: ProgramStreams) {
    this.id = id;
    this.#options = options;
    this.#streams = streams;
  }

  /** Started with no network at all: its interfaces come later and inherit `default`. */
  static async start(node: PlannedNode, options: ContainerOptions): Promise<NodeContainer> {
    const { client, lab, image, files, silenceSeconds } = options;
    const id = await client.createContainer({
      name: objectName(lab.id, node.name),
      image,
      labels: { ...labLabels(lab), [LABEL.node]: node.name },
      hostname: node.name.toLowerCase(),
      entrypoint: ['node', '-e', RECEIVE],
      attached: true,
      networkMode: 'none',
      capabilities: ['NET_ADMIN', 'NET_RAW', 'SETGID'],
      sysctls: containerSysctls(node.sysctls),
      ...nodeLimits(node),
      environment: { LB_LAB_SILENCE_SECONDS: String(silenceSeconds) },
    });
    let streams: ProgramStreams | undefined;
    try {
      streams = await client.attach(id);
      streams.stdin.write(files);
      await client.startContainer(id);
      await client.disconnectNetwork('none', id);
    } catch (error) {
      streams?.destroy();
      await client.removeContainer(id).catch(() => undefined);
      throw error;
    }
    return new NodeContainer(id, options, streams);
  }

  /** One that runs already; `findSegments` tells what it is connected to. */
  static adopt(id: string, options: ContainerOptions): NodeContainer {
    return new NodeContainer(id, options);
  }

  /** Of these networks by segment. */
  async findSegments(networks: ReadonlyMap<string, string>): Promise<void> {
    const facts = await this.#options.client.inspectContainer(this.id);
    for (const [segment, network] of networks)
      if (facts?.networks.some(({ networkId }) => networkId === network))
        this.#connected.set(network, segment);
  }

  /** Connects what the node needs and disconnects the rest; tells by which MACs the interfaces can be found. */
  async connect(node: PlannedNode): Promise<readonly AgentDevice[]> {
    const { client, networkOf } = this.#options;
    const wanted = new Map<string, string>();
    for (const { segment } of node.interfaces) wanted.set(await networkOf(segment), segment);
    let devices = this.#devices;
    for (const network of [...this.#connected.keys()]) {
      if (wanted.has(network)) continue;
      devices = this.#devices = undefined;
      await client.disconnectNetwork(network, this.id);
      this.#connected.delete(network);
    }
    for (const [network, segment] of wanted) {
      if (this.#connected.has(network)) continue;
      devices = this.#devices = undefined;
      await client.connectNetwork(network, this.id);
      this.#connected.set(network, segment);
    }
    if (devices) return devices;
    const facts = await client.inspectContainer(this.id);
    this.#devices = (facts?.networks ?? []).flatMap(({ networkId, mac }) => {
      const segment = this.#connected.get(networkId);
      return segment === undefined ? [] : [{ segment, dockerMac: mac.toLowerCase() }];
    });
    return this.#devices;
  }

  link(listener: LinkListener): Promise<AgentLink> {
    const streams = this.#streams;
    this.#streams = undefined;
    return streams
      ? AgentLink.over(streams, listener)
      : AgentLink.open(this.#options.client, this.id, listener);
  }

  remove(): Promise<void> {
    return this.#options.client.removeContainer(this.id);
  }
}

/**
 * What the container's own network stack starts with; `/proc/sys` cannot be written later. Ports of the clients keep
 * out of the forwarder's usual pools, and nginx may bind low ports without being root's equal.
 */
export function containerSysctls(sysctls: Sysctls): Record<string, string> {
  const { ip_forward, ...each } = sysctls;
  const all = Object.entries({ ...each, accept_redirects: 0 }).flatMap(([name, value]) => [
    [`net.ipv4.conf.all.${name}`, String(value)],
    [`net.ipv4.conf.default.${name}`, String(value)],
  ]);
  return {
    ...(Object.fromEntries(all) as Record<string, string>),
    'net.ipv4.ip_forward': String(ip_forward),
    'net.ipv4.ip_unprivileged_port_start': '0',
    'net.ipv6.conf.all.disable_ipv6': '1',
    'net.ipv6.conf.default.disable_ipv6': '1',
  };
}
