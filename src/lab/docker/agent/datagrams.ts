import { createSocket, type Socket } from 'node:dgram';
import { formatIpv4, parseIpv4 } from '../../../packet/address.ts';
import type { PlannedTraffic } from '../../topology/plan.ts';
import { MessageReader, wholeNumber } from '../../traffic/message-reader.ts';
import { requestMessage, RESPONSE_BYTES_HEADER, responseMessage } from '../../traffic/messages.ts';
import type { SeenClient } from '../../node-state.ts';
import type { RequestOutcome } from '../../traffic/request-result.ts';
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

  async serve(name: string, addresses: readonly number[], ports: readonly number[]): Promise<void> {
    const wanted = JSON.stringify([name, addresses, ports]);
    if (wanted === this.#served) return;
    this.#served = wanted;
    for (const socket of this.#sockets.splice(0)) socket.close();
    for (const address of addresses)
      for (const port of ports) this.#sockets.push(await this.#open(name, address, port));
  }

  async #open(name: string, address: number, port: number): Promise<Socket> {
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
        const client = { address: parseIpv4(from.address) ?? 0, port: from.port };
        if (this.#seen.length === MOST_KEPT) this.#seen.shift();
        this.#seen.push({ ...client, at: address });
        socket.send(responseMessage(name, client, asked), from.port, from.address);
      });
    });
    return socket;
  }
}

/** One datagram there and one back. Connected, so that the kernel tells of an ICMP error. */
export function fetchByDatagram(entry: PlannedTraffic): Promise<RequestOutcome> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (outcome: RequestOutcome) => {
      clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish('timed-out'), entry.timeoutNs / 1e6);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') finish('port-in-use');
      else finish(error.code === 'ECONNREFUSED' ? 'refused' : 'unreachable');
    });
    socket.on('message', () => finish('answered'));
    socket.bind(entry.sourcePort ?? 0, () => {
      socket.connect(entry.port, formatIpv4(entry.to), () => socket.send(requestMessage(entry)));
    });
  });
}
