import type { Readable, Writable } from 'node:stream';

/**
 * The calls LB Lab makes to a container engine, and no others. `connectDocker` gives one over dockerode; tests give
 * their own. Every method rejects with a `DockerError` whose problem has a text and a remedy.
 */
export interface DockerClient {
  readonly engine: EngineFacts;

  /** Resolves when the engine answers. */
  ping(): Promise<void>;

  /** Resolves to the network's id. */
  createNetwork(spec: NetworkSpec): Promise<string>;
  /** A network that is gone already is no error. */
  removeNetwork(id: string): Promise<void>;
  /** Networks that carry every label given, as `key` or `key=value`; no label means all networks of the engine. */
  listNetworks(labels?: readonly string[]): Promise<NetworkSummary[]>;
  /** Ids of the containers that are on it and run; none when it is gone. */
  containersOn(network: string): Promise<readonly string[]>;
  connectNetwork(network: string, container: string, options?: ConnectOptions): Promise<void>;
  /** Not being connected is no error. */
  disconnectNetwork(network: string, container: string): Promise<void>;

  /** Creates without starting; resolves to the container's id. */
  createContainer(spec: ContainerSpec): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** Asks it to end, kills it after `seconds`; one that is not running or gone is no error. */
  stopContainer(id: string, seconds: number): Promise<void>;
  /** Sends a signal, KILL unless told; one that is not running or gone is no error. */
  killContainer(id: string, signal?: string): Promise<void>;
  pauseContainer(id: string): Promise<void>;
  unpauseContainer(id: string): Promise<void>;
  /** Kills it when it runs, then removes it with its volumes; one that is gone already is no error. */
  removeContainer(id: string): Promise<void>;
  /** Undefined when there is no such container. */
  inspectContainer(id: string): Promise<ContainerFacts | undefined>;
  /** Containers in any state that carry every label given. */
  listContainers(labels?: readonly string[]): Promise<ContainerSummary[]>;
  /** The streams of the first process of an `attached` container, from its start on when it has not been started yet. */
  attach(id: string): Promise<ProgramStreams>;
  /** Runs a program (an argument vector, never a shell's text) with its streams open. */
  exec(id: string, spec: ExecSpec): Promise<ExecSession>;
  /** Runs a program to its end and collects what it wrote. Not for large output. */
  execute(id: string, spec: ExecSpec): Promise<ExecResult>;
  /** Reports what happens to containers with these labels until the signal; a broken stream rejects. */
  watch(
    labels: readonly string[],
    onEvent: (event: ContainerEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;

  /** Undefined when the engine does not have it; nothing is pulled. */
  inspectImage(reference: string): Promise<ImageFacts | undefined>;
  /** Resolves when the image is built and tagged. */
  buildImage(context: Buffer | Readable, options: BuildOptions): Promise<void>;
  /** Makes an image of one layer from the tar archive of a root file system. */
  importImage(archive: Buffer | Readable, reference: string): Promise<void>;
  /** Takes the tag away, and the image when it was the last; gone already is no error. */
  removeImage(reference: string): Promise<void>;

  /** Ends idle connections (and the ssh processes behind them); the client is of no use after it. */
  close(): void;
}

export interface EngineFacts {
  /** As the engine says it, for instance `20.10.24`. */
  readonly version: string;
  /** The API version spoken, the lower of what the engine and LB Lab know. */
  readonly apiVersion: string;
  readonly kind: 'docker' | 'podman';
  /** Docker Desktop, a distribution's name or the like; may be empty. */
  readonly platform: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly kernel: string;
  /** Where it answers, for messages: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
}

export interface NetworkSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Docker insists on a subnet; LB Lab does not use its addresses. */
  readonly subnet: string;
  readonly gateway?: string;
  /** Driver options such as `com.docker.network.bridge.inhibit_ipv4`. */
  readonly options?: Readonly<Record<string, string>>;
}

export interface NetworkSummary {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnets: readonly string[];
  /** When it was created, RFC 3339. */
  readonly created: string;
}

export interface ConnectOptions {
  readonly ipv4?: string;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hostname?: string;
  /** Arguments of the image's entry point. */
  readonly command?: readonly string[];
  /** Replaces the image's entry point. */
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Its standard input ends with the stream of the first who attaches, and what it writes is kept nowhere. */
  readonly attached?: boolean;
  /** `none` unless told. */
  readonly networkMode?: string;
  /** Added after all capabilities were dropped, without `CAP_`. */
  readonly capabilities?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly memory?: number;
  readonly processes?: number;
  /** Path → mount options. */
  readonly tmpfs?: Readonly<Record<string, string>>;
}

export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  /** When it was created, in seconds since 1970. */
  readonly created: number;
}

export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  readonly paused: boolean;
  /** Of the last run, when it is not running. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** The engine's own word on why it did not start; mostly empty. */
  readonly error: string;
  readonly startedAt: string;
  readonly networks: readonly ContainerNetwork[];
}

export interface ContainerNetwork {
  readonly networkId: string;
  readonly name: string;
  /** The MAC Docker chose: the way to find the interface inside. */
  readonly mac: string;
  readonly ipv4: string;
}

export interface ContainerEvent {
  readonly id: string;
  /** `start`, `die`, `oom`, `pause`, `unpause`, `destroy` and others. */
  readonly action: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly exitCode?: number;
}

export interface ExecSpec {
  readonly command: readonly string[];
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** A terminal: output and errors arrive together on `stdout`. */
  readonly tty?: { readonly columns: number; readonly rows: number };
}

export interface ProgramStreams {
  /** Ending it closes the program's standard input. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Must be read as `stdout` is: either of them left unread stops both. */
  readonly stderr: Readable;
  /** Cuts the streams. The program itself sees its input end and may go on. */
  destroy(): void;
}

export interface ExecSession extends ProgramStreams {
  /** Resolves after the program ended; both outputs have to be read to their end for that. */
  exitCode(): Promise<number>;
  /** Only with a terminal. */
  resize(columns: number, rows: number): Promise<void>;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ImageFacts {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly architecture: string;
}

export interface BuildOptions {
  readonly tag: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** `host` where the default bridge reaches nothing. */
  readonly networkMode?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

/** A step begins (with its text) or a step writes a line. */
export type BuildProgress =
  | { readonly kind: 'step'; readonly step: number; readonly steps: number; readonly text: string }
  | { readonly kind: 'output'; readonly text: string };
