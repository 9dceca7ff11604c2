import type { ForwarderConfig } from '../../../forwarder/config.ts';
import type { ConnectionView } from '../../../forwarder/connections/view.ts';
import type { ForwarderCounters } from '../../../forwarder/counters.ts';
import type { InterfaceCounts, PortName } from '../../../forwarder/ports/network-port.ts';
import type { Decision } from '../../../forwarder/verdict.ts';

/** What the agent tells a forwarder's process, one object a line. */
export type ToForwarder =
  | {
      /** First of all, and again when the interfaces change: connections stay. Answered by `ready`. */
      readonly type: 'configure';
      readonly config: ForwarderConfig;
      /** The Linux device of each of `config.interfaces`, in that order. */
      readonly interfaces: readonly { readonly name: string }[];
      readonly port: PortName;
      /** Whether to tell what was decided. */
      readonly decisions: boolean;
    }
  | {
      readonly type: 'reconfigure';
      readonly config: ForwarderConfig;
      /** Left out, as before. */
      readonly decisions?: boolean;
    }
  | {
      /** The machine that has this address changed. */
      readonly type: 'forget';
      readonly address: number;
    }
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
      /** The reader was too slow: so many decisions were not told. */
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
