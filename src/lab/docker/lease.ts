import type { AgentLink } from './agent-link.ts';

/** How long a lab without its controller can still be taken up again. */
export const LEASE_S = Number(process.env['LB_LAB_LEASE_SECONDS'] ?? 60);
const RENEW_MS = (LEASE_S * 1000) / 4;

/** Renews the lease of a running lab's nodes until it is ended. */
export class LeaseKeeper {
  readonly #links: () => Iterable<AgentLink>;
  readonly #timer: NodeJS.Timeout;

  constructor(links: () => Iterable<AgentLink>) {
    this.#links = links;
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    // The lease alone keeps no process alive.
    this.#timer.unref();
    this.#renew();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #renew(): void {
    // A node that does not answer is noticed elsewhere: its stream ends.
    for (const link of this.#links()) link.ask('lease', { seconds: LEASE_S }).catch(() => undefined);
  }
}
