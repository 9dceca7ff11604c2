import { asIpv4, type Ipv4, NO_ADDRESS } from '../../packet/address.ts';
import type { SocketState, TcpState } from '../node-state.ts';

/** `include/net/tcp_states.h` of the kernel; the one that is missing, 10, is LISTEN, and 12 is a half-open request. */
const STATES: ReadonlyMap<number, TcpState> = new Map([
  [1, 'established'],
  [2, 'syn-sent'],
  [3, 'syn-received'],
  [4, 'fin-wait-1'],
  [5, 'fin-wait-2'],
  [6, 'time-wait'],
  [7, 'closed'],
  [8, 'close-wait'],
  [9, 'last-ack'],
  [11, 'closing'],
  [12, 'syn-received'],
]);

/** The TCP connections in the text of `/proc/net/tcp` (proc(5)). */
export function parseSockets(text: string): SocketState[] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', code = ''] = line.trim().split(/\s+/);
      const state = STATES.get(Number.parseInt(code, 16));
      const [here, there] = [endpoint(local), endpoint(remote)];
      return state === undefined
        ? []
        : [
            {
              local: here.address,
              localPort: here.port,
              remote: there.address,
              remotePort: there.port,
              state,
            },
          ];
    });
}

/** `0100007F:0050`: the address as the machine holds it, which is little-endian on all that runs the node image. */
function endpoint(text: string): { readonly address: Ipv4; readonly port: number } {
  const [address = '', port = ''] = text.split(':');
  const bytes = Buffer.from(address, 'hex');
  return {
    address: bytes.length === 4 ? asIpv4(bytes.readUInt32LE()) : NO_ADDRESS,
    port: Number.parseInt(port, 16),
  };
}
