import type { Readable, Writable } from 'node:stream';
import {
  encodeJson,
  MessageDecoder,
  type AgentEvent,
  type ReplyMessage,
  type RequestMessage,
} from '../agent-protocol.ts';

/** What may wait for a controller that does not read: beyond it captured frames are lost, and counted. */
const MOST_WAITING = 32 * 1024 * 1024;

/** `peer` stands for the connection that the request came by. */
export type Handler = (request: RequestMessage, peer: object) => Promise<unknown>;

/** The controllers that are connected now: each hears everything, and each is answered what it asked. */
export class Connections {
  /** What each reads from. */
  readonly #outputs = new Set<Writable>();
  readonly #handle: Handler;
  readonly #left: (peer: object) => void;

  /** `left` hears of every connection that ended. */
  constructor(handle: Handler, left: (peer: object) => void) {
    this.#handle = handle;
    this.#left = left;
  }

  /** A connection ends with its input; a socket is both. */
  add(input: Readable, output: Writable, greeting: AgentEvent): void {
    this.#outputs.add(output);
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

  /** False when nobody listens. */
  event(event: AgentEvent): boolean {
    const message = encodeJson(event);
    for (const output of this.#outputs) output.write(message);
    return this.#outputs.size > 0;
  }

  /** False when nobody listens, or one who listens cannot take more. */
  frames(message: Uint8Array): boolean {
    let all = this.#outputs.size > 0;
    for (const output of this.#outputs) {
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
