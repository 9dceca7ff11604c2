import type { AgentLink } from './agent-link.ts';

/** How long a lab without its controller can still be taken up again. */
export const LEASE_S = Number(process.env['LB_LAB_LEASE_SECONDS'] ?? 60);
/** Without a controller for so long, the nodes of a lab end themselves. */
export const SILENCE_S = Number(process.env['LB_LAB_SILENCE_SECONDS'] ?? 600);

export interface LeaseOptions {
  readonly links: () => Iterable<AgentLink>;
  /** Names this controller to the agents: only one at a time holds a lab. */
  readonly controller: string;
  readonly silenceSeconds: number;
  /** Another controller holds the lab: this one had been silent for too long. */
  readonly onLost: () => void;
}

/** Renews the lease of a running lab's nodes until it is ended. */
export class LeaseKeeper {
  readonly #options: LeaseOptions;
  readonly #seconds: number;
  readonly #timer: NodeJS.Timeout;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#seconds = Math.min(LEASE_S, options.silenceSeconds);
    this.#timer = setInterval(() => this.renew(), (this.#seconds * 1000) / 4);
    // The lease alone keeps no process alive.
    this.#timer.unref();
    this.renew();
  }

  renew(): void {
    void this.#ask(this.#seconds).then((granted) => {
      if (granted.includes(false)) this.#options.onLost();
    });
  }

  /** The lab is left, and may be taken up as long as its nodes live without a word. */
  async leave(): Promise<void> {
    this.end();
    await this.#ask(this.#options.silenceSeconds);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** A node that does not answer is noticed elsewhere: its stream ends. */
  #ask(seconds: number): Promise<(boolean | undefined)[]> {
    const { links, controller } = this.#options;
    return Promise.all([...links()].map((link) => claim(link, controller, seconds).catch(() => undefined)));
  }
}

/** False when another controller holds the node. */
export async function claim(link: AgentLink, controller: string, seconds: number): Promise<boolean> {
  return (await link.ask('lease', { seconds, controller })).granted;
}
