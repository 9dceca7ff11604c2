import type { SeenClient } from '../node-state.ts';
import { RESPONSE_BYTES_HEADER, responseMessage } from '../traffic/messages.ts';
import { MessageReader, wholeNumber } from '../traffic/message-reader.ts';
import type { Clock } from './clock.ts';
import type { TcpConnection } from './tcp/connection.ts';
import type { TcpOwner } from './tcp/control-block.ts';

/** What an application takes to notice and act; the kernel's acknowledgement goes first. */
const THINKING = 50_000;
/** Requests that the log remembers. */
const LOG_LENGTH = 1000;

/** The HTTP-like server of one node: on whatever address it is asked, it answers from there and says who asked. */
export class HttpServer {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #whenRunning: (act: () => void) => void;
  readonly #seen: SeenClient[] = [];

  /** `whenRunning` acts now, or once the server's process is no longer paused. */
  constructor(name: string, clock: Clock, whenRunning: (act: () => void) => void) {
    this.#name = name;
    this.#clock = clock;
    this.#whenRunning = whenRunning;
  }

  /** One entry per request, in order: the end of the access log. */
  get seen(): readonly SeenClient[] {
    return this.#seen;
  }

  log(client: SeenClient): void {
    if (this.#seen.length === LOG_LENGTH) this.#seen.shift();
    this.#seen.push(client);
  }

  readonly accept = (connection: TcpConnection): TcpOwner => {
    const reader = new MessageReader();
    const later = (act: () => void) => this.#clock.after(THINKING, () => this.#whenRunning(act));
    return {
      received: (bytes) => {
        for (const request of reader.read(bytes)) {
          const asked = wholeNumber(request.headers.get(RESPONSE_BYTES_HEADER.toLowerCase()));
          later(() => this.#answer(connection, asked));
        }
      },
      ended: () => void later(() => connection.close()),
      closed: () => undefined,
    };
  };

  #answer(connection: TcpConnection, responseBytes: number): void {
    const client = { address: connection.remote, port: connection.remotePort };
    this.log({ ...client, at: connection.local });
    connection.send(...responseMessage(this.#name, client, responseBytes));
  }
}
