import type { Translate } from '../l10n/translate.ts';
import type { FetchResult, PingResult } from '../lab/embedded/by-hand.ts';
import type { NodeState } from '../lab/node-state.ts';
import type { Ipv4, Mac } from '../packet/address.ts';

/** What a console can ask of the node it stands on. */
export interface ConsoleNode {
  readonly name: string;
  /** What the plan says about its interface on a segment. */
  link(segment: string): LinkState | undefined;
  /** Undefined while it does not run. */
  inspect(): Promise<NodeState | undefined>;
  /** Undefined when it does not run, or the lab ended meanwhile. */
  ping(to: Ipv4): Promise<PingResult | undefined>;
  fetch(request: FetchRequest): Promise<FetchResult | undefined>;
  /** A node's or a service's address by its name. */
  addressOf(name: string): Ipv4 | undefined;
}

/** What `ip link` shows of an interface. */
export interface LinkState {
  readonly mac: Mac;
  readonly mtu: number;
  readonly down: boolean;
}

export interface FetchRequest {
  readonly to: Ipv4;
  readonly port: number;
  readonly path: string;
}

/** Prints to the terminal; the signal is Ctrl-C. */
export interface ConsoleRun {
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export type Command = (
  node: ConsoleNode,
  args: readonly string[],
  run: ConsoleRun,
  translate: Translate,
) => Promise<void>;
