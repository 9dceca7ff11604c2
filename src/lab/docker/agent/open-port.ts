import type {
  NetworkPort,
  NetworkPortEvents,
  NetworkPortOptions,
  NetworkPortProblem,
  OpenNetworkPort,
  PortName,
} from '../../../forwarder/ports/network-port.ts';

/** Opens a port by name. Each brings a native package of its own, which is loaded only when asked for. */
export async function openPort(
  name: PortName,
  options: NetworkPortOptions,
  events: NetworkPortEvents,
): Promise<NetworkPort | NetworkPortProblem> {
  let open: OpenNetworkPort;
  try {
    if (name === 'packet') open = (await import('../../../forwarder/ports/packet.ts')).openPacketPort;
    else open = (await import('../../../forwarder/ports/cap.ts')).openCapPort;
  } catch (error) {
    return {
      code: 'unsupported',
      device: '',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
  return open(options, events);
}

export function describe({ code, device, detail }: NetworkPortProblem): string {
  return `${device === '' ? 'port' : device}: ${code} (${detail})`;
}
