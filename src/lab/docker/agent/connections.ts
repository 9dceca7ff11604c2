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

export type Handler = (request: RequestMessage) => Promise<unknown>;

/** The controllers that are connected now: each hears everything, and each is answered what it asked. */
export class Connections {
  readonly #sockets = new Set<Socket>();
  readonly #handle: Handler;

  constructor(handle: Handler) {
    this.#handle = handle;
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
    socket.on('close', () => this.#sockets.delete(socket));
    socket.write(encodeJson(greeting));
  }

  event(event: AgentEvent): void {
    const message = encodeJson(event);
    for (const socket of this.#sockets) socket.write(message);
  }

  /** False when nobody listens, or one who listens cannot take more. */
  frames(message: Uint8Array): boolean {
    let all = true;
    for (const socket of this.#sockets) {
      if (socket.writableLength > MOST_WAITING) all = false;
      else socket.write(message);
    }
    return all;
  }

  async #answer(socket: Socket, request: RequestMessage): Promise<void> {
    let reply: ReplyMessage;
    try {
      reply = { id: request.id, result: (await this.#handle(request)) ?? null };
    } catch (error) {
      reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
    }
    if (!socket.destroyed) socket.write(encodeJson(reply));
  }
}
