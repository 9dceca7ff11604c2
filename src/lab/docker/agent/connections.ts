import type { Socket } from 'node:net';
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
  readonly #sockets = new Set<Socket>();
  readonly #handle: Handler;
  readonly #left: (peer: object) => void;

  /** `left` hears of every connection that ended. */
  constructor(handle: Handler, left: (peer: object) => void) {
    this.#handle = handle;
    this.#left = left;
  }

  add(socket: Socket, greeting: AgentEvent): void {
    this.#sockets.add(socket);
    const decoder = new MessageDecoder();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of decoder.push(chunk))
          if (message.type === 'json' && 'op' in message.value) void this.#answer(socket, message.value);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#left(socket);
    });
    socket.write(encodeJson(greeting));
  }

  /** False when nobody listens. */
  event(event: AgentEvent): boolean {
    const message = encodeJson(event);
    for (const socket of this.#sockets) socket.write(message);
    return this.#sockets.size > 0;
  }

  /** False when nobody listens, or one who listens cannot take more. */
  frames(message: Uint8Array): boolean {
    let all = this.#sockets.size > 0;
    for (const socket of this.#sockets) {
      if (socket.writableLength > MOST_WAITING) all = false;
      else socket.write(message);
    }
    return all;
  }

  async #answer(socket: Socket, request: RequestMessage): Promise<void> {
    let reply: ReplyMessage;
    try {
      reply = { id: request.id, result: (await this.#handle(request, socket)) ?? null };
    } catch (error) {
      reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
    }
    if (!socket.destroyed) socket.write(encodeJson(reply));
  }
}
