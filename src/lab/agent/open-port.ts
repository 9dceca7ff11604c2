import type {
  NetworkPort,
  NetworkPortEvents,
  NetworkPortOptions,
  NetworkPortProblem,
  OpenNetworkPort,
  PortName,
} from '../../forwarder/ports/network-port.ts';

/** Opens a port by name. Each brings a native package of its own, which is loaded only when asked for. */
export async function openPort(
  name: PortName,
  options: NetworkPortOptions,
  events: NetworkPortEvents,
): Promise<NetworkPort | NetworkPortProblem> {
  let open: OpenNetworkPort;
  try {
    open = await loadPort(name);
  } catch (error) {
    return {
      code: 'unsupported',
      device: '',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
  return open(options, events);
}

/** Ahead of its use, for it takes its time. Rejects where there is no such package. */
export async function loadPort(name: PortName): Promise<OpenNetworkPort> {
  if (name === 'packet') return (await import('../../forwarder/ports/packet.ts')).openPacketPort;
  return (await import('../../forwarder/ports/cap.ts')).openCapPort;
}

export function describe({ code, device, detail }: NetworkPortProblem): string {
  return `${device === '' ? 'port' : device}: ${code} (${detail})`;
}
