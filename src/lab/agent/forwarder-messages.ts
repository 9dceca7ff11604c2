import type { ForwarderConfig } from '../../forwarder/config.ts';
import type { ConnectionView } from '../../forwarder/connections/view.ts';
import type { ForwarderCounters } from '../../forwarder/counters.ts';
import type { InterfaceCounts, PortName } from '../../forwarder/ports/network-port.ts';
import type { Decision } from '../../forwarder/verdict.ts';
import type { Ipv4 } from '../../packet/address.ts';

/** A Linux device, and the IP protocols (by number) of which nothing that comes in by it reaches the forwarder. */
export interface ForwarderDevice {
  readonly name: string;
  readonly drop?: readonly number[];
}

/** What the agent tells a forwarder's process, one object a line. */
export type ToForwarder =
  | {
      /** First of all, and again when the interfaces change: connections stay. Answered by `ready`. */
      readonly type: 'configure';
      readonly config: ForwarderConfig;
      /** The Linux device of each of `config.interfaces`, in that order. */
      readonly interfaces: readonly ForwarderDevice[];
      readonly port: PortName;
      /** Whether to tell what was decided. */
      readonly decisions: boolean;
      /** It says nothing to directors that stand in for it, before `begin`. */
      readonly waits?: boolean;
    }
  | { readonly type: 'begin' }
  | {
      readonly type: 'reconfigure';
      readonly config: ForwarderConfig;
      /** Of each interface, as in `ForwarderDevice`. Left out, as before; so with `decisions`. */
      readonly drop?: readonly (readonly number[])[];
      readonly decisions?: boolean;
    }
  | {
      /** The machine that has this address changed. */
      readonly type: 'forget';
      readonly address: Ipv4;
    }
  /** Whether to tell what is decided. What is not told is counted, and the count told when it is asked for again. */
  | { readonly type: 'watch'; readonly decisions: boolean }
  | { readonly type: 'counters' }
  | { readonly type: 'connections' };

/** What a forwarder's process says, one object a line. */
export type FromForwarder =
  | { readonly type: 'ready'; readonly port: PortName }
  | {
      readonly type: 'decision';
      /** CLOCK_REALTIME in nanoseconds, between the arrival of the frames in and the departure of the frames out. */
      readonly timeNs: string;
      readonly decision: Decision;
    }
  | {
      /** So many decisions were not told: the reader was too slow, or did not want them (`watch`). */
      readonly type: 'decisions-lost';
      readonly count: number;
    }
  | {
      readonly type: 'counters';
      readonly counters: ForwarderCounters;
      readonly interfaces: readonly InterfaceCounts[];
    }
  | { readonly type: 'connections'; readonly connections: readonly ConnectionView[] }
  | { readonly type: 'error'; readonly message: string };
