import type { Readable, Writable } from 'node:stream';
import {
  encodeJson,
  MessageDecoder,
  type AgentEvent,
  type ReplyMessage,
  type RequestMessage,
} from '../agent-wire/agent-protocol.ts';

/** What may wait for a controller that does not read: beyond it frames and decisions are lost, and counted. */
const MOST_WAITING = 32 * 1024 * 1024;

/** `peer` stands for the connection that the request came by. */
export type Handler = (request: RequestMessage, peer: object) => Promise<unknown>;

/** The controllers that are connected now: each hears everything, and each is answered what it asked. */
export class Connections {
  /** What each reads from, and the decisions it was not told. */
  readonly #outputs = new Map<Writable, { untold: number }>();
  /** Decisions that nobody was there to be told. */
  #unheard = 0;
  readonly #handle: Handler;
  readonly #left: (peer: object) => void;

  /** `left` hears of every connection that ended. */
  constructor(handle: Handler, left: (peer: object) => void) {
    this.#handle = handle;
    this.#left = left;
  }

  /** A connection ends with its input; a socket is both. */
  add(input: Readable, output: Writable, greeting: AgentEvent): void {
    this.#outputs.set(output, { untold: 0 });
    // It has read everything that waited.
    output.on('drain', () => this.#tellUntold(output));
    const decoder = new MessageDecoder();
    input.on('data', (chunk: Buffer) => {
      try {
        for (const message of decoder.push(chunk))
          if (message.type === 'json' && isRequest(message.value)) void this.#answer(output, message.value);
      } catch {
        input.destroy();
      }
    });
    for (const stream of [input, output]) stream.on('error', () => input.destroy());
    input.on('close', () => {
      this.#outputs.delete(output);
      this.#left(output);
    });
    output.write(encodeJson(greeting));
  }

  event(event: AgentEvent): void {
    const message = encodeJson(event);
    for (const output of this.#outputs.keys()) output.write(message);
  }

  /** As `event`, but left out and counted for those that cannot take more; nobody's are counted too. */
  decision(event: AgentEvent): void {
    if (this.#outputs.size === 0) this.#unheard += 1;
    const message = encodeJson(event);
    for (const [output, lost] of this.#outputs) {
      if (output.writableLength > MOST_WAITING) {
        lost.untold += 1;
        continue;
      }
      this.#tellUntold(output);
      output.write(message);
    }
  }

  /** Tells everybody how many decisions they were not told. */
  tellLosses(): void {
    for (const output of this.#outputs.keys()) this.#tellUntold(output);
  }

  #tellUntold(output: Writable): void {
    const lost = this.#outputs.get(output);
    if (!lost) return;
    const decisions = lost.untold + this.#unheard;
    lost.untold = 0;
    this.#unheard = 0;
    if (decisions > 0) output.write(encodeJson({ event: 'decisions-lost', decisions }));
  }

  /** False when nobody listens, or one who listens cannot take more. */
  frames(message: Uint8Array): boolean {
    let all = this.#outputs.size > 0;
    for (const output of this.#outputs.keys()) {
      if (output.writableLength > MOST_WAITING) all = false;
      else output.write(message);
    }
    return all;
  }

  async #answer(output: Writable, request: RequestMessage): Promise<void> {
    let reply: ReplyMessage;
    try {
      reply = { id: request.id, result: (await this.#handle(request, output)) ?? null };
    } catch (error) {
      reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
    }
    if (this.#outputs.has(output)) output.write(encodeJson(reply));
  }
}

/** Its body is its operation's to read. */
function isRequest(value: unknown): value is RequestMessage {
  return (
    typeof value === 'object' &&
    value !== null &&
    'op' in value &&
    typeof value.op === 'string' &&
    'id' in value &&
    typeof value.id === 'number'
  );
}
