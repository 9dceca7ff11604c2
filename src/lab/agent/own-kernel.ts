import { formatIpv4, type Ipv4, NO_ADDRESS, parseIpv4 } from '../../packet/address.ts';
import type { RequestEnd } from '../events.ts';
import type { AskedRequest } from '../traffic/traffic-schedule.ts';
import type { OwnKernelEvent } from '../agent-wire/agent-protocol.ts';
import { run } from './run.ts';

/** What `ip -json route get` says of the way to an address. */
interface ShownWay {
  readonly type?: string;
  readonly gateway?: string;
  readonly dev: string;
  readonly prefsrc?: string;
}

const PROTOCOL_NUMBERS = { icmp: 1, tcp: 6, udp: 17 } as const;

/**
 * Why what a client of this node sent went nowhere, as far as the node's own kernel knows: it knows no way there, nobody
 * answered ARP for the next hop, or the client asked the node itself and nothing listens. What came from elsewhere, an ICMP
 * error for one, is in the frames. Of a client whose time was over its kernel has said nothing; so that this end is told at
 * once, it is not asked.
 */
export async function whyNotSent(
  { entry: { to, port }, protocol }: Omit<AskedRequest, 'id'>,
  { outcome }: RequestEnd,
  segmentOf: (device: string) => string | undefined,
): Promise<Omit<OwnKernelEvent, 'event' | 'timeNs'> | undefined> {
  if (outcome !== 'unreachable' && outcome !== 'refused') return undefined;
  const packet = {
    source: NO_ADDRESS,
    destination: to,
    protocol: PROTOCOL_NUMBERS[protocol],
    ...(protocol !== 'icmp' && { destinationPort: port }),
  };
  const { exitCode, output, errors } = await run('ip', ['-json', '-4', 'route', 'get', formatIpv4(to)]);
  if (exitCode !== 0)
    return outcome === 'unreachable' && /network is unreachable/i.test(errors)
      ? { reason: 'no-route', packet }
      : undefined;
  const [way] = JSON.parse(output) as readonly ShownWay[];
  if (!way) return undefined;
  if (way.type === 'local')
    return outcome === 'refused'
      ? { reason: 'port-unreachable', packet: { ...packet, source: to } }
      : undefined;
  const segment = segmentOf(way.dev);
  const nextHop = way.gateway === undefined ? to : parseIpv4(way.gateway);
  if (outcome === 'refused' || segment === undefined || nextHop === undefined) return undefined;
  if (!(await hasFailed(nextHop, way.dev))) return undefined;
  const source = parseIpv4(way.prefsrc ?? '') ?? NO_ADDRESS;
  return { reason: 'neighbour-unreachable', segment, nextHop, packet: { ...packet, source } };
}

/** It has asked as often as it does, and nobody answered (`NUD_FAILED`). */
async function hasFailed(address: Ipv4, device: string): Promise<boolean> {
  const args = [
    '-json',
    '-4',
    'neighbour',
    'show',
    'to',
    formatIpv4(address),
    'dev',
    device,
    'nud',
    'failed',
  ];
  const { exitCode, output } = await run('ip', args);
  if (exitCode !== 0 || output.trim() === '') return false;
  return (JSON.parse(output) as readonly unknown[]).length > 0;
}
