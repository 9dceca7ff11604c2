import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import type {
  BuildOptions,
  ConnectOptions,
  ContainerEvent,
  ContainerFacts,
  ContainerSpec,
  ContainerSummary,
  DockerClient,
  EngineFacts,
  ExecResult,
  ExecSession,
  ExecSpec,
  ImageFacts,
  NetworkSpec,
  NetworkSummary,
} from './docker-client.ts';
import { demultiplexer, execSession } from './exec-session.ts';
import { DockerError } from './docker-problem.ts';
import { hasStatus, streamError, toDockerError } from './engine-errors.ts';
import type { Endpoint } from './endpoint.ts';
import { followBuild } from './image/build-progress.ts';
import { jsonLines } from './json-lines.ts';
import { SshAgent } from './ssh-agent.ts';

/** Docker 20.10. What older engines lack has not been looked at. */
const oldestApi = '1.41';
/** Docker 28. A newer engine is spoken to in this one, so that its later changes change nothing here. */
const newestApi = '1.51';
const firstAnswerMs = 40_000;

/**
 * Connects, asks the engine what it is and agrees on an API version. Rejects with a `DockerError`. The library is loaded
 * only now: a lab in memory does without it.
 */
export async function connectDocker(endpoint: Endpoint): Promise<DockerClient> {
  const agent = agentFor(endpoint);
  const timer = new AbortController();
  try {
    const { default: Dockerode } = await import('dockerode');
    const open = (api?: string) =>
      withoutDockerHost(() => new Dockerode(dockerOptions(endpoint, agent, api)));
    const version = (await Promise.race([
      open().version(),
      silence(endpoint, timer.signal),
    ])) as VersionAnswer;
    const apiVersion = lowerApi(version.ApiVersion, newestApi);
    if (lowerApi(apiVersion, oldestApi) !== oldestApi) {
      throw new DockerError('too-old', {
        endpoint: endpoint.text,
        version: version.Version,
        api: version.ApiVersion,
      });
    }
    const facts = engineFacts(version, apiVersion, endpoint.text);
    return new DockerodeClient(open(apiVersion), facts, agent);
  } catch (error) {
    agent.destroy();
    throw toDockerError(error, endpoint.text);
  } finally {
    timer.abort();
  }
}

/** With this variable set docker-modem reads certificates by rules of its own, and throws when there are none. */
function withoutDockerHost<T>(make: () => T): T {
  const { DOCKER_HOST } = process.env;
  delete process.env['DOCKER_HOST'];
  try {
    return make();
  } finally {
    if (DOCKER_HOST !== undefined) process.env['DOCKER_HOST'] = DOCKER_HOST;
  }
}

/** Rejects when nothing was heard for long; a host that drops packets says nothing at all. */
async function silence({ text }: Endpoint, signal: AbortSignal): Promise<never> {
  await setTimeout(firstAnswerMs, undefined, { signal });
  throw new DockerError('unreachable', { endpoint: text, message: `${firstAnswerMs / 1000} s` });
}

function agentFor({ transport }: Endpoint): Agent {
  if (transport.kind === 'ssh') return new SshAgent(transport);
  if (transport.kind === 'socket' || !transport.tls) return new Agent({ keepAlive: true });
  const { verify, ...material } = transport.tls;
  return new TlsAgent({ keepAlive: true, rejectUnauthorized: verify, ...material });
}

/** Everything is given, also as undefined: docker-modem fills what is absent from the environment by rules of its own. */
function dockerOptions(
  { transport }: Endpoint,
  agent: Agent,
  apiVersion: string | undefined,
): Docker.DockerOptions {
  const prefix = transport.kind === 'tcp' ? transport.prefix.slice(1) : '';
  const options = {
    agent,
    // A path in the host's address goes in front of the version.
    version: [prefix, apiVersion && `v${apiVersion}`].filter(Boolean).join('/') || undefined,
    socketPath: transport.kind === 'socket' ? transport.path : undefined,
    host:
      transport.kind === 'socket'
        ? undefined
        : transport.kind === 'tcp'
          ? hostText(transport.host)
          : 'docker',
    port: transport.kind === 'tcp' ? transport.port : undefined,
    protocol: transport.kind === 'tcp' && transport.tls ? 'https' : 'http',
    pathPrefix: '/',
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
  };
  // The types know neither `agent` nor undefined.
  return options as unknown as Docker.DockerOptions;
}

function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** `1.9` is lower than `1.41`. */
function lowerApi(a: string, b: string): string {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB) ? a : b;
}

interface VersionAnswer {
  readonly ApiVersion: string;
  readonly Version: string;
  readonly Os: string;
  readonly Arch: string;
  readonly KernelVersion?: string;
  readonly Platform?: { readonly Name?: string };
  readonly Components?: readonly { readonly Name?: string }[];
}

function engineFacts(answer: VersionAnswer, apiVersion: string, endpoint: string): EngineFacts {
  const podman = answer.Components?.some(({ Name }) => /podman/i.test(Name ?? '')) ?? false;
  return {
    version: answer.Version,
    apiVersion,
    kind: podman ? 'podman' : 'docker',
    platform: answer.Platform?.Name ?? '',
    operatingSystem: answer.Os,
    architecture: answer.Arch,
    kernel: answer.KernelVersion ?? '',
    endpoint,
  };
}

class DockerodeClient implements DockerClient {
  readonly engine: EngineFacts;
  private readonly docker: Docker;
  private readonly agent: Agent;

  constructor(docker: Docker, engine: EngineFacts, agent: Agent) {
    this.docker = docker;
    this.engine = engine;
    this.agent = agent;
  }

  async ping(): Promise<void> {
    await this.call(() => this.docker.ping());
  }

  createNetwork(spec: NetworkSpec): Promise<string> {
    return this.call(async () => {
      const network = await this.docker.createNetwork({
        Name: spec.name,
        CheckDuplicate: true,
        Driver: 'bridge',
        EnableIPv6: false,
        IPAM: {
          Driver: 'default',
          Config: [{ Subnet: spec.subnet, ...(spec.gateway === undefined ? {} : { Gateway: spec.gateway }) }],
        },
        Options: { ...spec.options },
        Labels: { ...spec.labels },
      });
      return network.id;
    });
  }

  removeNetwork(id: string): Promise<void> {
    return this.unless([404], () => this.docker.getNetwork(id).remove());
  }

  listNetworks(labels: readonly string[] = []): Promise<NetworkSummary[]> {
    return this.call(async () => {
      const networks = await this.docker.listNetworks({ filters: { label: [...labels] } });
      return networks.map((network) => ({
        id: network.Id,
        name: network.Name,
        driver: network.Driver,
        labels: network.Labels ?? {},
        subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : [])),
        created: network.Created,
      }));
    });
  }

  async connectNetwork(network: string, container: string, { ipv4 }: ConnectOptions = {}): Promise<void> {
    const endpoint = ipv4 === undefined ? {} : { EndpointConfig: { IPAMConfig: { IPv4Address: ipv4 } } };
    await this.call(() => this.docker.getNetwork(network).connect({ Container: container, ...endpoint }));
  }

  async disconnectNetwork(network: string, container: string): Promise<void> {
    try {
      await this.docker.getNetwork(network).disconnect({ Container: container, Force: true });
    } catch (error) {
      const known = toDockerError(error, this.engine.endpoint);
      if (hasStatus(error, 404) || /is not connected to/i.test(known.problem.params['message'] ?? '')) return;
      throw known;
    }
  }

  createContainer(spec: ContainerSpec): Promise<string> {
    return this.call(async () => {
      const container = await this.docker.createContainer({
        name: spec.name,
        Image: spec.image,
        Labels: { ...spec.labels },
        Env: environmentList(spec.environment),
        ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
        ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
        ...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
        HostConfig: {
          NetworkMode: spec.networkMode ?? 'none',
          CapDrop: ['ALL'],
          CapAdd: [...(spec.capabilities ?? [])],
          SecurityOpt: ['no-new-privileges'],
          Init: true,
          AutoRemove: false,
          RestartPolicy: { Name: 'no' },
          Sysctls: { ...spec.sysctls },
          Tmpfs: { ...spec.tmpfs },
          ...(spec.memory === undefined ? {} : { Memory: spec.memory }),
          ...(spec.processes === undefined ? {} : { PidsLimit: spec.processes }),
        },
      });
      return container.id;
    });
  }

  startContainer(id: string): Promise<void> {
    return this.unless([304], () => this.docker.getContainer(id).start());
  }

  stopContainer(id: string, seconds: number): Promise<void> {
    return this.unless([304, 404], () => this.docker.getContainer(id).stop({ t: seconds }));
  }

  killContainer(id: string, signal = 'KILL'): Promise<void> {
    return this.unless([404, 409], () => this.docker.getContainer(id).kill({ signal }));
  }

  async pauseContainer(id: string): Promise<void> {
    await this.call(() => this.docker.getContainer(id).pause() as Promise<unknown>);
  }

  async unpauseContainer(id: string): Promise<void> {
    await this.call(() => this.docker.getContainer(id).unpause() as Promise<unknown>);
  }

  /** 409 is another removal under way: then it is as good as gone. */
  async removeContainer(id: string): Promise<void> {
    try {
      await this.docker.getContainer(id).remove({ force: true, v: true });
    } catch (error) {
      const known = toDockerError(error, this.engine.endpoint);
      const removing =
        hasStatus(error, 409) && /already in progress/i.test(known.problem.params['message'] ?? '');
      if (!hasStatus(error, 404) && !removing) throw known;
    }
  }

  async inspectContainer(id: string): Promise<ContainerFacts | undefined> {
    const facts = await this.find(() => this.docker.getContainer(id).inspect());
    if (!facts) return undefined;
    const { State, Config, NetworkSettings } = facts;
    return {
      id: facts.Id,
      name: facts.Name.replace(/^\//, ''),
      image: Config.Image,
      state: State.Status,
      labels: Config.Labels,
      running: State.Running,
      paused: State.Paused,
      exitCode: State.ExitCode,
      outOfMemory: State.OOMKilled,
      error: State.Error,
      startedAt: State.StartedAt,
      networks: Object.entries(NetworkSettings.Networks).map(([name, network]) => ({
        name,
        networkId: network.NetworkID,
        mac: network.MacAddress,
        ipv4: network.IPAddress,
      })),
    };
  }

  listContainers(labels: readonly string[] = []): Promise<ContainerSummary[]> {
    return this.call(async () => {
      const containers = await this.docker.listContainers({ all: true, filters: { label: [...labels] } });
      return containers.map((container) => ({
        id: container.Id,
        name: (container.Names[0] ?? '').replace(/^\//, ''),
        image: container.Image,
        state: container.State,
        labels: container.Labels,
        created: container.Created,
      }));
    });
  }

  logs(id: string, lines: number): Promise<string> {
    return this.call(async () => {
      const options = { stdout: true, stderr: true, tail: lines, follow: false } as const;
      const bytes = await this.docker.getContainer(id).logs(options);
      const parts: Buffer[] = [];
      demultiplexer((_stream, part) => parts.push(part))(bytes);
      return Buffer.concat(parts).toString('utf8');
    });
  }

  async putArchive(id: string, folder: string, archive: Buffer | Readable): Promise<void> {
    await this.call(() => this.docker.getContainer(id).putArchive(archive, { path: folder }));
  }

  exec(id: string, spec: ExecSpec): Promise<ExecSession> {
    return this.call(async () => {
      const tty = spec.tty !== undefined;
      const exec = await this.docker.getContainer(id).exec({
        Cmd: [...spec.command],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: tty,
        Env: environmentList(spec.environment),
        ...(spec.user === undefined ? {} : { User: spec.user }),
        ...(spec.workingDirectory === undefined ? {} : { WorkingDir: spec.workingDirectory }),
      });
      const socket: Duplex = await exec.start({ hijack: true, stdin: true, Tty: tty });
      const resize = (columns: number, rows: number) =>
        this.call(async () => void (await exec.resize({ w: columns, h: rows })));
      // Before 1.42 the size cannot be given at the start.
      if (spec.tty) await resize(spec.tty.columns, spec.tty.rows).catch(() => undefined);
      return execSession(socket, tty, {
        exitCode: () =>
          this.call(async () => {
            const { Running, ExitCode } = await exec.inspect();
            return Running ? undefined : (ExitCode ?? undefined);
          }),
        resize,
      });
    });
  }

  async execute(id: string, spec: ExecSpec): Promise<ExecResult> {
    const session = await this.exec(id, spec);
    session.stdin.end();
    const [stdout, stderr] = await Promise.all([textOf(session.stdout), textOf(session.stderr)]);
    return { exitCode: await session.exitCode(), stdout, stderr };
  }

  async watch(
    labels: readonly string[],
    onEvent: (event: ContainerEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const filters = { type: ['container' as const], label: [...labels] };
    try {
      const stream = await this.docker.getEvents({ filters, abortSignal: signal });
      for await (const event of jsonLines(stream as Readable)) onEvent(containerEvent(event));
    } catch (error) {
      if (!signal.aborted) throw toDockerError(error, this.engine.endpoint);
    }
    if (!signal.aborted)
      throw new DockerError('connection-lost', { endpoint: this.engine.endpoint, message: '' });
  }

  async inspectImage(reference: string): Promise<ImageFacts | undefined> {
    const image = await this.find(() => this.docker.getImage(reference).inspect());
    if (!image) return undefined;
    // The types promise labels; an image without any has null here.
    const labels = (image.Config.Labels as Record<string, string> | null) ?? {};
    return { id: image.Id, size: image.Size, labels, architecture: image.Architecture };
  }

  async buildImage(context: Buffer | Readable, options: BuildOptions): Promise<void> {
    const { signal } = options;
    const request = {
      t: options.tag,
      labels: { ...options.labels },
      buildargs: { ...options.buildArguments },
      rm: true,
      forcerm: true,
      ...(options.networkMode === undefined ? {} : { networkmode: options.networkMode }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    };
    try {
      signal?.throwIfAborted();
      // The types know only streams; docker-modem sends a buffer as it is.
      const stream = await this.docker.buildImage(context as Readable, request);
      await followBuild(jsonLines(stream as Readable), this.engine.endpoint, options.onProgress);
    } catch (error) {
      if (signal?.aborted) throw new DockerError('build-cancelled', { tag: options.tag }, { cause: error });
      throw toDockerError(error, this.engine.endpoint);
    }
  }

  importImage(archive: Buffer | Readable, reference: string): Promise<void> {
    return this.call(async () => {
      const at = reference.lastIndexOf(':');
      const [repo, tag] = at < 0 ? [reference, 'latest'] : [reference.slice(0, at), reference.slice(at + 1)];
      const stream = await this.docker.importImage(archive as Readable, { repo, tag });
      for await (const { error } of jsonLines(stream as Readable)) {
        if (typeof error === 'string') throw streamError(error, this.engine.endpoint);
      }
    });
  }

  removeImage(reference: string): Promise<void> {
    return this.unless([404], () => this.docker.getImage(reference).remove() as Promise<unknown>);
  }

  close(): void {
    this.agent.destroy();
  }

  private async call<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw toDockerError(error, this.engine.endpoint);
    }
  }

  /** For what may be so already: these statuses count as done. */
  private async unless(statuses: readonly number[], ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (!hasStatus(error, ...statuses)) throw toDockerError(error, this.engine.endpoint);
    }
  }

  private async find<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw toDockerError(error, this.engine.endpoint);
    }
  }
}

function environmentList(environment: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function containerEvent(event: Record<string, unknown>): ContainerEvent {
  const { Action, Actor } = event as {
    Action?: string;
    Actor?: { ID?: string; Attributes?: Record<string, string> };
  };
  const labels = Actor?.Attributes ?? {};
  return {
    id: Actor?.ID ?? '',
    action: Action ?? '',
    labels,
    ...(labels['exitCode'] === undefined ? {} : { exitCode: Number(labels['exitCode']) }),
  };
}
