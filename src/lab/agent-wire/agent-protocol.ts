import type { PortName } from '../../forwarder/ports/network-port.ts';
import type { Decision } from '../../forwarder/verdict.ts';
import type { Ipv4 } from '../../packet/address.ts';
import type { CaptureDetail, HostEvent, HostReason, LossEvent, RequestEnd } from '../events.ts';
import type { NodeState } from '../node-state.ts';
import type { LabRecord } from './lab-record.ts';
import type { PlannedNode } from '../topology/plan.ts';
import type { AskedRequest, LoadEntry } from '../traffic/traffic-schedule.ts';

/**
 * What the controller and a node's agent say to each other over one stream. Every message is `length (4 bytes), type
 * (1 byte), payload`; the length counts type and payload. Type 0 is JSON, type 1 a batch of captured frames. The agent
 * speaks first (`hello`). Requests carry a number that their reply repeats.
 */
export const PROTOCOL_VERSION = 6;

/** How a request ended, and the port that it was sent from, where its client can tell. */
export interface EndedRequest {
  readonly end: RequestEnd;
  readonly sourcePort?: number;
}

/** A Docker network as the container sees it. */
export interface AgentDevice {
  readonly segment: string;
  /** The MAC that Docker gave the interface: the one thing by which it can be found. */
  readonly dockerMac: string;
}

/** What holds for every node of a lab, beside its plan. */
export interface NodeSettings {
  /**
   * The packet budget: frames a second at each capture point that are recorded whole for as long as they come; five
   * seconds' worth may come at once. Left out, 4000; 0: no budget.
   */
  readonly captureBudget?: number;
  /** How forwarders reach their interfaces. Left out, `packet`: bench/forwarding.bench.ts tells why. */
  readonly port?: PortName;
}

/** Everything an agent needs to make its container into a node of the plan. */
export interface NodeSetup extends NodeSettings {
  readonly node: PlannedNode;
  readonly devices: readonly AgentDevice[];
  /** Ports answered by datagram. */
  readonly udpPorts: readonly number[];
  /** Body sizes that clients will ask servers for. */
  readonly bodySizes: readonly number[];
  /** A director that others stand in for is silent until `begin`, so that all of them begin at once. Left out, it is not. */
  readonly waits?: boolean;
  /** Nobody records: interfaces are not captured. Left out, they are. */
  readonly unrecorded?: boolean;
}

/** What the agent of a node found that cannot be applied here; `code` is a key of the l10n bundle. */
export interface AgentWarning {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Request by name, then reply. */
export interface AgentOperations {
  /** Interfaces as the plan wants them, but without addresses; captures begin. */
  readonly attach: { readonly request: { readonly setup: NodeSetup }; readonly reply: AgentWarning[] };
  /** Processes that `configure` will need are started. */
  readonly 'warm-up': { readonly request: { readonly setup: NodeSetup }; readonly reply: null };
  /** Addresses, routes, rules, servers, forwarder; everything is read back. What is as wanted already is left alone. */
  readonly configure: {
    readonly request: { readonly setup: NodeSetup };
    readonly reply: { readonly warnings: AgentWarning[]; readonly timeNs: string };
  };
  /** What was configured to wait for this goes on. */
  readonly begin: { readonly request: object; readonly reply: null };
  /** The running forwarder takes another configuration over. */
  readonly reconfigure: {
    readonly request: { readonly setup: NodeSetup };
    readonly reply: { readonly timeNs: string };
  };
  /** The node's processes stand still, or go on; what the node is told meanwhile is taken over then. */
  readonly pause: { readonly request: object; readonly reply: { readonly timeNs: string } };
  readonly resume: {
    readonly request: object;
    readonly reply: { readonly warnings: AgentWarning[]; readonly timeNs: string };
  };
  /** It is about to be stopped on purpose: whoever stands in for it has been told before the reply. */
  readonly leave: { readonly request: object; readonly reply: null };
  /** All interfaces down, as if the power were gone. */
  readonly unplug: { readonly request: object; readonly reply: { readonly timeNs: string } };
  readonly state: { readonly request: object; readonly reply: NodeState };
  /** Resolves when the request has ended. */
  readonly fetch: { readonly request: AskedRequest; readonly reply: EndedRequest };
  /** Resolves when the load has ended. */
  readonly load: { readonly request: { readonly entry: LoadEntry }; readonly reply: EndedRequest };
  /** Forgets who has these addresses; all of them when none is named. */
  readonly forget: {
    readonly request: {
      readonly neighbours?: readonly { readonly segment: string; readonly address: Ipv4 }[];
    };
    readonly reply: null;
  };
  /** Whoever asks for these addresses by ARP and has had no answer asks anew. What somebody answered for stays. */
  readonly 'ask-again': {
    readonly request: {
      readonly neighbours: readonly { readonly segment: string; readonly address: Ipv4 }[];
    };
    readonly reply: null;
  };
  /** Sends frames (base64) as they are. */
  readonly inject: {
    readonly request: { readonly segment: string; readonly frames: readonly string[] };
    readonly reply: null;
  };
  /** The host's CLOCK_REALTIME, in nanoseconds. */
  readonly clock: { readonly request: object; readonly reply: { readonly timeNs: string } };
  /** The controller is alive, and the lab its own for so long; not granted while another one holds it. */
  readonly lease: {
    readonly request: { readonly seconds: number; readonly controller: string };
    readonly reply: { readonly granted: boolean };
  };
  /** How long the lease still runs. */
  readonly remaining: { readonly request: object; readonly reply: { readonly seconds: number } };
  /** Kept for a controller that comes later. */
  readonly keep: { readonly request: { readonly record: LabRecord }; readonly reply: null };
  /** Null while the lab's start is not finished. */
  readonly record: { readonly request: object; readonly reply: LabRecord | null };
  /** Frames that the captures lost, and decisions that nobody was told, are told as events before the reply. */
  readonly losses: { readonly request: object; readonly reply: null };
}

export type Operation = keyof AgentOperations;

export interface RequestMessage {
  readonly id: number;
  readonly op: Operation;
  readonly body: unknown;
}

export interface ReplyMessage {
  readonly id: number;
  readonly result?: unknown;
  /** What went wrong; `result` is missing then. */
  readonly error?: string;
}

/** As `HostEvent` has it: what a node's own kernel did with a packet of a client there. */
export interface OwnKernelEvent extends Pick<HostEvent, 'segment' | 'nextHop'> {
  readonly event: 'host';
  readonly timeNs: string;
  readonly reason: Extract<HostReason, 'no-route' | 'neighbour-unreachable' | 'port-unreachable'>;
  readonly packet: NonNullable<HostEvent['packet']>;
}

export type AgentEvent =
  | { readonly event: 'hello'; readonly version: number }
  | { readonly event: 'decision'; readonly timeNs: string; readonly decision: Decision }
  | {
      readonly event: 'loss';
      readonly segment: string;
      readonly frames: number;
      readonly reason: NonNullable<LossEvent['reason']>;
    }
  | {
      readonly event: 'capture';
      readonly segment: string;
      readonly detail: CaptureDetail;
      readonly timeNs: string;
    }
  | { readonly event: 'decisions-lost'; readonly decisions: number }
  | OwnKernelEvent
  /** A process of the node ended by itself and was started again, or could not be. */
  | {
      readonly event: 'process';
      readonly name: string;
      readonly state: 'restarted' | 'failed';
      readonly message: string;
    };

export interface CapturedFrame {
  readonly segment: string;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly originalLength: number;
  readonly bytes: Uint8Array;
}

export type Message =
  /** As it came: see `agent-shapes.ts`. */
  | { readonly type: 'json'; readonly value: unknown }
  | { readonly type: 'frames'; readonly frames: readonly CapturedFrame[] };

const TYPE_JSON = 0;
const TYPE_FRAMES = 1;
const PREFIX_LENGTH = 4;
/** Longer messages are not ours: 64 MiB. */
const LONGEST = 0x400_0000;
const RECORD_HEADER_LENGTH = 14;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeJson(value: RequestMessage | ReplyMessage | AgentEvent): Uint8Array {
  return encode(TYPE_JSON, encoder.encode(JSON.stringify(value)));
}

/** One message for all frames of one capture: `name length (1), name, count × (s, ns, original length, length, bytes)`. */
export function encodeFrames(segment: string, frames: readonly Omit<CapturedFrame, 'segment'>[]): Uint8Array {
  const name = encoder.encode(segment);
  const length = frames.reduce(
    (sum, { bytes }) => sum + RECORD_HEADER_LENGTH + bytes.length,
    1 + name.length,
  );
  const payload = new Uint8Array(length);
  const view = new DataView(payload.buffer);
  payload[0] = name.length;
  payload.set(name, 1);
  let at = 1 + name.length;
  for (const { seconds, nanoseconds, originalLength, bytes } of frames) {
    view.setUint32(at, seconds);
    view.setUint32(at + 4, nanoseconds);
    view.setUint32(at + 8, originalLength);
    view.setUint16(at + 12, bytes.length);
    payload.set(bytes, at + RECORD_HEADER_LENGTH);
    at += RECORD_HEADER_LENGTH + bytes.length;
  }
  return encode(TYPE_FRAMES, payload);
}

function encode(type: number, payload: Uint8Array): Uint8Array {
  const message = new Uint8Array(PREFIX_LENGTH + 1 + payload.length);
  new DataView(message.buffer).setUint32(0, payload.length + 1);
  message[PREFIX_LENGTH] = type;
  message.set(payload, PREFIX_LENGTH + 1);
  return message;
}

/** Puts messages together out of the pieces of a stream. Throws `RangeError` on what no peer of ours would send. */
export class MessageDecoder {
  #pieces: Uint8Array[] = [];
  #held = 0;

  push(bytes: Uint8Array): Message[] {
    this.#pieces.push(bytes);
    this.#held += bytes.length;
    const messages: Message[] = [];
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined || this.#held < PREFIX_LENGTH + length) return messages;
      const whole = this.#joined();
      const end = PREFIX_LENGTH + length;
      messages.push(decode(whole[PREFIX_LENGTH]!, whole.subarray(PREFIX_LENGTH + 1, end)));
      this.#held -= end;
      this.#pieces = this.#held > 0 ? [whole.subarray(end)] : [];
    }
  }

  #nextLength(): number | undefined {
    if (this.#held < PREFIX_LENGTH) return undefined;
    if (this.#pieces[0]!.length < PREFIX_LENGTH) this.#joined();
    const [first] = this.#pieces;
    const length = new DataView(first!.buffer, first!.byteOffset, PREFIX_LENGTH).getUint32(0);
    if (length < 1 || length > LONGEST) throw new RangeError(`a message of ${length} bytes`);
    return length;
  }

  #joined(): Uint8Array {
    const [only] = this.#pieces;
    if (this.#pieces.length === 1) return only!;
    const whole = new Uint8Array(this.#held);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [whole];
    return whole;
  }
}

function decode(type: number, payload: Uint8Array): Message {
  if (type === TYPE_JSON) {
    return { type: 'json', value: JSON.parse(decoder.decode(payload)) as unknown };
  }
  if (type !== TYPE_FRAMES) throw new RangeError(`a message of type ${type}`);
  return { type: 'frames', frames: decodeFrames(payload) };
}

function decodeFrames(payload: Uint8Array): CapturedFrame[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const nameEnd = 1 + (payload[0] ?? 0);
  const segment = decoder.decode(payload.subarray(1, nameEnd));
  const frames: CapturedFrame[] = [];
  for (let at = nameEnd; at < payload.length;) {
    const start = at + RECORD_HEADER_LENGTH;
    if (start > payload.length) throw new RangeError('a cut frame');
    const end = start + view.getUint16(at + 12);
    if (end > payload.length) throw new RangeError('a cut frame');
    frames.push({
      segment,
      seconds: view.getUint32(at),
      nanoseconds: view.getUint32(at + 4),
      originalLength: view.getUint32(at + 8),
      // A copy: whoever receives the frame owns its bytes, and a view would keep the whole batch alive.
      bytes: payload.slice(start, end),
    });
    at = end;
  }
  return frames;
}
