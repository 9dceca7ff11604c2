import type { AgentLink } from './agent-link.ts';
import { realtimeNs } from '../agent-wire/host-clock.ts';

/** The lab's time: nanoseconds of the Docker host's CLOCK_REALTIME since its time 0. */
export class LabClock {
  /** The host's clock at time 0. */
  #zero = BigInt(realtimeNs());
  /** Of the host's clock before this machine's. */
  #aheadNs = 0n;

  /** ISO time with nine decimals. */
  get startedAt(): string {
    const ms = Number(this.#zero / 1_000_000n);
    const rest = String(this.#zero % 1_000_000n).padStart(6, '0');
    return new Date(ms).toISOString().replace('Z', `${rest}Z`);
  }

  get zeroNs(): string {
    return String(this.#zero);
  }

  get nowNs(): number {
    return this.ofThisMachine(realtimeNs());
  }

  /** Of a time on the host. */
  ofHost(timeNs: string): number {
    return Number(BigInt(timeNs) - this.#zero);
  }

  /** Of a time on the machine of this process. */
  ofThisMachine(timeNs: string): number {
    return Number(BigInt(timeNs) + this.#aheadNs - this.#zero);
  }

  /** Of a captured frame. */
  ofFrame(seconds: number, nanoseconds: number): number {
    const zero = this.#zero;
    return (seconds - Number(zero / 1_000_000_000n)) * 1e9 + (nanoseconds - Number(zero % 1_000_000_000n));
  }

  /** Time 0 is now. */
  async begin(link: AgentLink): Promise<void> {
    this.#zero = await this.compare(link);
  }

  /** Time 0 was when another controller said so. */
  resume(zeroNs: string): void {
    this.#zero = BigInt(zeroNs);
  }

  /** The host may be another machine: its clock is asked, half the way there and back taken off. Returns the host's. */
  async compare(link: AgentLink): Promise<bigint> {
    const asked = BigInt(realtimeNs());
    const { timeNs } = await link.ask('clock', {});
    const heard = BigInt(realtimeNs());
    this.#aheadNs = BigInt(timeNs) - (asked + heard) / 2n;
    return BigInt(timeNs);
  }
}
