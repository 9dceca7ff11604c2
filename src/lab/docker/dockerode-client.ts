import type { Agent } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
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
  ProgramStreams,
} from './docker-client.ts';
import { execSession, programStreams } from './exec-session.ts';
import { DockerError } from './docker-problem.ts';
import { hasStatus, streamError, toDockerError } from './engine-errors.ts';
import { followBuild } from './image/build-progress.ts';
import { jsonLines } from './json-lines.ts';
import { Turns } from '../turns.ts';

/** No call takes so long on an engine that works, but for building and importing an image. */
const STANDSTILL_S = 120;

/** The calls over dockerode. It speaks one API version, which `connectDocker` has agreed on. */
export class DockerodeClient implements DockerClient {
  readonly engine: EngineFacts;
  private readonly docker: Docker;
  private readonly agent: Agent;
  /**
   * Engine 20.10 loses count of a network's containers when several come or go at once, and then never removes it; it may
   * even come to a standstill over it (libnetwork's store). One after another takes no longer.
   */
  private readonly onNetworks = new Turns();

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

  async containersOn(network: string): Promise<readonly string[]> {
    const facts = await this.find(
      () => this.docker.getNetwork(network).inspect() as Promise<{ Containers?: object }>,
    );
    return Object.keys(facts?.Containers ?? {});
  }

  async connectNetwork(network: string, container: string, { ipv4 }: ConnectOptions = {}): Promise<void> {
    const endpoint = ipv4 === undefined ? {} : { EndpointConfig: { IPAMConfig: { IPv4Address: ipv4 } } };
    await this.onNetworks.next(() =>
      this.call(() => this.docker.getNetwork(network).connect({ Container: container, ...endpoint })),
    );
  }

  async disconnectNetwork(network: string, container: string): Promise<void> {
    try {
      await this.onNetworks.next(() =>
        this.answered(() =>
          this.docker.getNetwork(network).disconnect({ Container: container, Force: true }),
        ),
      );
    } catch (error) {
      const known = toDockerError(error, this.engine.endpoint);
      if (hasStatus(error, 404) || /is not connected to/i.test(known.said)) return;
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
        ...(spec.attached ? { OpenStdin: true, StdinOnce: true } : {}),
        HostConfig: {
          ...(spec.attached ? { LogConfig: { Type: 'none', Config: {} } } : {}),
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
      await this.answered(() => this.docker.getContainer(id).remove({ force: true, v: true }));
    } catch (error) {
      const known = toDockerError(error, this.engine.endpoint);
      const removing = hasStatus(error, 409) && /already in progress/i.test(known.said);
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

  attach(id: string): Promise<ProgramStreams> {
    const streams = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true } as const;
    return this.call(async () =>
      programStreams((await this.docker.getContainer(id).attach(streams)) as Duplex, false),
    );
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
    return this.understood(async () => {
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

  private call<T>(ask: () => Promise<T>): Promise<T> {
    return this.understood(() => this.answered(ask));
  }

  /** Whatever goes wrong has a text and a remedy. */
  private async understood<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw toDockerError(error, this.engine.endpoint);
    }
  }

  private async answered<T>(ask: () => Promise<T>): Promise<T> {
    const timer = new AbortController();
    const standstill = async (): Promise<never> => {
      await pause(STANDSTILL_S * 1000, undefined, { signal: timer.signal });
      const seconds = String(STANDSTILL_S);
      throw new DockerError('standstill', { endpoint: this.engine.endpoint, seconds });
    };
    try {
      return await Promise.race([ask(), standstill()]);
    } finally {
      timer.abort();
    }
  }

  /** For what may be so already: these statuses count as done. */
  private async unless(statuses: readonly number[], ask: () => Promise<unknown>): Promise<void> {
    try {
      await this.answered(ask);
    } catch (error) {
      if (!hasStatus(error, ...statuses)) throw toDockerError(error, this.engine.endpoint);
    }
  }

  private async find<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.answered(ask);
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
