import { createSocket, type Socket } from 'node:dgram';
import { formatIpv4, type Ipv4, NO_ADDRESS, parseIpv4 } from '../../packet/address.ts';
import { MessageReader, wholeNumber } from '../traffic/message-reader.ts';
import {
  requestMessage,
  requestNumberOf,
  RESPONSE_BYTES_HEADER,
  responseMessage,
} from '../traffic/messages.ts';
import type { SeenClient } from '../node-state.ts';
import type { RequestEnd } from '../events.ts';
import type { AskedRequest } from '../traffic/traffic-schedule.ts';
import type { EndedRequest } from '../agent-wire/agent-protocol.ts';
import { endByName } from './client-error.ts';
import type { Gate } from './gate.ts';

/** As the embedded engine's servers keep it. */
const MOST_KEPT = 1000;

/** Answers each datagram with one. A socket per address: one bound to all would answer from the wrong address. */
export class DatagramServer {
  readonly #gate: Gate;
  readonly #seen: SeenClient[] = [];
  #sockets: Socket[] = [];
  #served = '';

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  get seen(): readonly SeenClient[] {
    return this.#seen;
  }

  async serve(name: string, addresses: readonly Ipv4[], ports: readonly number[]): Promise<void> {
    const wanted = JSON.stringify([name, addresses, ports]);
    if (wanted === this.#served) return;
    this.#served = wanted;
    for (const socket of this.#sockets.splice(0)) socket.close();
    for (const address of addresses)
      for (const port of ports) this.#sockets.push(await this.#open(name, address, port));
  }

  async #open(name: string, address: Ipv4, port: number): Promise<Socket> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, formatIpv4(address), resolve);
    });
    socket.on('error', () => undefined);
    socket.on('message', (datagram, from) => {
      this.#gate.pass(() => {
        const [request] = new MessageReader().read(datagram);
        const asked = wholeNumber(request?.headers.get(RESPONSE_BYTES_HEADER.toLowerCase()));
        const client = { address: parseIpv4(from.address) ?? NO_ADDRESS, port: from.port };
        if (this.#seen.length === MOST_KEPT) this.#seen.shift();
        this.#seen.push({ ...client, at: address });
        const answer = responseMessage(name, client, asked, requestNumberOf(request));
        socket.send(answer, from.port, from.address);
      });
    });
    return socket;
  }
}

/**
 * One datagram there and one back: the one that says that it answers this request. Connected, so that the kernel tells of
 * an ICMP error.
 */
export function fetchByDatagram({ id, entry }: AskedRequest): Promise<EndedRequest> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let sourcePort: number | undefined;
    const finish = (end: RequestEnd) => {
      clearTimeout(timer);
      socket.close();
      resolve({ end, ...(sourcePort !== undefined && { sourcePort }) });
    };
    const timer = setTimeout(() => finish({ outcome: 'timed-out' }), entry.timeoutNs / 1e6);
    socket.on('error', ({ code }: NodeJS.ErrnoException) => finish(endByName(code)));
    socket.on('message', (datagram) => {
      const [answer] = new MessageReader().read(datagram);
      if (answer === undefined || requestNumberOf(answer) !== id) return;
      finish({ outcome: 'answered', bytes: answer.bodyLength, ofBytes: answer.bodyLength });
    });
    socket.bind(entry.sourcePort ?? 0, () => {
      sourcePort = socket.address().port;
      // Told by an event: with a callback, Node gives that one the error and emits none.
      socket.once('connect', () => socket.send(requestMessage(entry, id)));
      socket.connect(entry.port, formatIpv4(entry.to));
    });
  });
}
