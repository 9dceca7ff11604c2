import type { Ipv4 } from '../../packet/address.ts';

/** What the agent tells a decapsulator's process, one object a line: first of all, and again when something changes. */
export interface ToDecapsulator {
  readonly type: 'configure';
  /** The node's own addresses, as 32-bit numbers: what is wrapped for them is unwrapped. */
  readonly addresses: readonly Ipv4[];
  /** Linux devices that wrapped packets come in by, and the IP protocols (by number) that each of them drops. */
  readonly interfaces: readonly { readonly name: string; readonly drop?: readonly number[] }[];
  /** A veth pair that is there and up: unwrapped packets are put into `inner`, and the kernel receives them on `outer`. */
  readonly inner: string;
  readonly outer: string;
}

export type FromDecapsulator =
  { readonly type: 'ready' } | { readonly type: 'error'; readonly message: string };
