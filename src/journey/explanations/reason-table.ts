import type { RequestEnd } from '../../lab/events.ts';
import type { Reason } from '../records/reasons.ts';
import type { Diagnose } from './diagnosis.ts';
import { forgotten, notRemembered, tableFull } from './director.ts';
import { filtered, interfaceDown, linkLoss, nodeDown } from './link.ts';
import { badPacket, fragmentsLost, ttlExpired } from './packet.ts';
import { refusedAtHome } from './server.ts';
import { nobodyAnswered } from './silence.ts';
import { noForwarding, notFromHere, noWay } from './way.ts';

/** What explains a packet that ended for a reason. */
export type Told =
  /** Codes it may be told by, as asked for each packet by itself. */
  | { readonly by: readonly string[]; readonly diagnose: Diagnose }
  /** Codes of rules that look at more than the packet. */
  | { readonly by: readonly string[] }
  /** It needs no explanation of its own: why. */
  | { readonly none: string };

const silence: Told = {
  by: [
    'gateway-silent',
    'nobody-there',
    'vip-off-link',
    'interface-down',
    'link-loss',
    'slow-link',
    'node-down',
    'no-route',
  ],
  diagnose: nobodyAnswered,
};
const noRoute: Told = { by: ['no-route', 'interface-down'], diagnose: noWay };
const bad: Told = { by: ['bad-packet'], diagnose: badPacket };
const fragments: Told = { by: ['fragments-lost'], diagnose: fragmentsLost };
const elsewhere: Told = { by: ['no-forwarding'], diagnose: noForwarding };
const refused: Told = {
  diagnose: refusedAtHome,
  by: ['no-service-on-port', 'service-port-mismatch', 'connection-refused', 'dr-port-map'],
};

/** Every reason that an engine, the forwarder, a host's kernel or a capture can give, with what explains it. */
export const reasonTable: Readonly<Record<Reason, Told>> = {
  'link-loss': { by: ['link-loss'], diagnose: linkLoss },
  filtered: { by: ['filtered'], diagnose: filtered },
  'interface-down': { by: ['interface-down', 'director-down'], diagnose: interfaceDown },
  'node-down': { by: ['node-down', 'director-down', 'stale-neighbour', 'gateway-stays'], diagnose: nodeDown },
  'over-mtu': { by: ['mtu-exceeded'] },
  'too-big': { by: ['mtu-exceeded'] },
  'no-route': noRoute,
  'network-unreachable': noRoute,
  'neighbour-unreachable': silence,
  'neighbour-queue-full': silence,
  'host-unreachable': silence,
  'no-arp-reply': silence,
  'not-local': elsewhere,
  'not-ours': { by: [...codesOf(elsewhere), 'stale-neighbour', 'gateway-stays'], diagnose: noForwarding },
  'vip-not-local': { by: ['vip-not-local', 'no-forwarding'], diagnose: noForwarding },
  'reverse-path-filter': { by: ['reverse-path-filter'] },
  'no-decapsulator': { by: ['no-decapsulator'] },
  'protocol-unreachable': { by: ['no-decapsulator'] },
  'ttl-expired': { by: ['ttl-expired'], diagnose: ttlExpired },
  malformed: bad,
  'bad-checksum': bad,
  'bad-ip-checksum': bad,
  'rate-limited': {
    none: 'It is an ICMP error that was not sent: the packet it is about has a reason of its own.',
  },
  'bad-fragment': bad,
  'source-route': bad,
  unsupported: bad,
  'martian-source': { by: ['no-forwarding', 'bad-packet'], diagnose: notFromHere },
  'fragment-timeout': fragments,
  'fragments-full': fragments,
  'no-connection': { by: ['idle-timeout', 'no-connection'], diagnose: notRemembered },
  'no-entry': { by: ['idle-timeout', 'no-connection'], diagnose: notRemembered },
  'server-removed': { by: ['server-removed'], diagnose: forgotten },
  'table-full': { by: ['table-full'], diagnose: tableFull },
  'server-drained': { by: ['server-drained'] },
  'no-server': { by: ['no-server'] },
  'ports-exhausted': { by: ['ports-exhausted'] },
  'ambiguous-port': { by: ['ports-ambiguous'] },
  'no-service': refused,
  'connection-refused': refused,
  'port-unreachable': refused,
  'reply-from-stranger': { by: ['reply-not-rewritten'] },
  'no-such-connection': {
    none: 'An end resets what it has closed; why that came is told of the packet that was missed.',
  },
  'reset-by-client': { none: 'A client that gave up: what it waited for in vain has a cause of its own.' },
  'reset-by-server': { none: 'An end may close as it likes.' },
  'reset-by-director': { none: 'The packet that it resets has a reason of its own.' },
  prohibited: { none: 'Who says so has a filter that no file of a lab can express.' },
  'icmp-error': { none: 'An error of a kind that no node of a lab sends.' },
  'not-forwarded': { none: 'Seen to arrive and not to leave: why, nobody told.' },
  'not-received': { none: 'Sent and not seen to arrive: why, nobody told.' },
  'no-receiver': { none: 'A broadcast that nobody was there to take.' },
  'client-gave-up': { by: ['slow-link', 'client-gave-up'] },
  'client-gone': { none: 'What a client would have told that was gone before it could, nobody knows.' },
  'client-silent': { none: 'What its own client does not tell, nobody knows.' },
  cut: { none: 'The run was over: it says so itself.' },
  'not-captured': { none: 'Nothing is said to have failed where nothing was captured.' },
  'not-recorded': { none: 'Nothing is said to have failed where only a record may be missing.' },
};

/** How a request may end for its client, with what explains that; the client knows the end, and others the cause. */
export const clientTable: Readonly<Record<RequestEnd['outcome'], Told>> = {
  answered: { none: 'Nothing went wrong.' },
  partial: { none: 'What of the answer was missed has a reason of its own.' },
  refused,
  'timed-out': {
    none: 'What it waited for in vain has a reason of its own, or the reason is that it gave up (`client-gave-up`).',
  },
  unreachable: { by: [...new Set([...codesOf(noRoute), ...codesOf(silence)])] },
  cut: { none: 'The run was over: it says so itself.' },
  untold: { none: 'Nobody knows how it ended: the request says itself why.' },
  unsent: { none: 'Nothing was asked of the network: the request says itself why it was not sent.' },
};

function codesOf(told: Told): readonly string[] {
  return 'by' in told ? told.by : [];
}
