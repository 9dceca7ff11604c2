import type { AgentWarning } from '../agent-wire/agent-protocol.ts';
import type { ContainerFacts, DockerClient } from './docker-client.ts';
import { DockerError } from './docker-problem.ts';
import { LABEL } from './labels.ts';

/** How long a lab waits for its Docker engine to come back. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;

/** Notices when the Docker engine goes away under a lab, and when it comes back. */
export class EngineWatch {
  readonly #client: DockerClient;
  readonly #label: string;
  readonly #warn: (warning: AgentWarning) => void;
  readonly #patienceMs: number;
  readonly #end = new AbortController();

  constructor(
    client: DockerClient,
    lab: string,
    warn: (warning: AgentWarning) => void,
    patienceMs = PATIENCE_MS,
  ) {
    this.#client = client;
    this.#label = `${LABEL.lab}=${lab}`;
    this.#warn = warn;
    this.#patienceMs = patienceMs;
  }

  /** Until `end`, or the engine has been away for too long, `gone`: its stream of events breaks when it goes. */
  async run(): Promise<'ended' | 'gone'> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#client.watch([this.#label], () => undefined, signal).catch(() => undefined);
      if (signal.aborted) return 'ended';
      this.#warn({ code: 'docker.warning.engine-gone', params: { seconds: this.seconds } });
      const until = Date.now() + this.#patienceMs;
      while (!(await this.#answers())) {
        if (signal.aborted) return 'ended';
        if (Date.now() > until) return 'gone';
        await pause(LOOK_MS);
      }
    }
    return 'ended';
  }

  /** How long the engine may be away. */
  get seconds(): string {
    return String(this.#patienceMs / 1000);
  }

  /** What the engine says of a container, as soon as it answers; it is not waited for when nobody wants to know any more. */
  async inspect(
    container: string,
    isStale: () => boolean,
  ): Promise<ContainerFacts | undefined | 'no-engine'> {
    const until = Date.now() + this.#patienceMs;
    for (;;) {
      try {
        return await this.#client.inspectContainer(container);
      } catch (error) {
        if (!(error instanceof DockerError)) throw error;
        if (isStale() || Date.now() > until) return 'no-engine';
      }
      await pause(LOOK_MS);
    }
  }

  end(): void {
    this.#end.abort();
  }

  #answers(): Promise<boolean> {
    return this.#client.ping().then(
      () => true,
      () => false,
    );
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
