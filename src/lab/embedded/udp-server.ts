import {
  requestNumberOf,
  RESPONSE_BYTES_HEADER,
  responseMessage,
  wholeMessage,
} from '../traffic/messages.ts';
import { MessageReader, wholeNumber } from '../traffic/message-reader.ts';
import type { Clock } from './clock.ts';
import type { HttpServer } from './http-server.ts';
import type { UdpOwner, UdpPorts } from './kernel/udp-ports.ts';

const THINKING = 50_000;

/** Answers each datagram with one, from the address it was sent to, as a server bound to that address would. */
export function udpServer(name: string, clock: Clock, ports: UdpPorts, log: HttpServer): UdpOwner {
  return {
    received: (datagram) => {
      const [request] = new MessageReader().read(datagram.payload);
      const asked = wholeNumber(request?.headers.get(RESPONSE_BYTES_HEADER.toLowerCase()));
      const client = { address: datagram.source, port: datagram.sourcePort };
      clock.after(THINKING, () => {
        log.log({ ...client, at: datagram.destination });
        ports.send({
          source: datagram.destination,
          sourcePort: datagram.destinationPort,
          destination: datagram.source,
          destinationPort: datagram.sourcePort,
          payload: wholeMessage(responseMessage(name, client, asked, requestNumberOf(request))),
        });
      });
    },
  };
}
