import type { explanationCodes } from '../lab/topology/findings.ts';
import type { Path } from '../lab/topology/places.ts';
import type { MysteryLab } from './mystery-labs.ts';

export type Cause = (typeof explanationCodes)[number];

/** 1: loud, where the packet is in plain sight. 2: every model, and quieter. 3: some requests, some packets, some sizes. */
export const levels = [1, 2, 3] as const;
export type Level = (typeof levels)[number];

/** A setting that no file shows. */
export interface HiddenSetting {
  readonly path: Path;
  /** As a file would have it. */
  readonly value: unknown;
}

export interface Fault {
  readonly level: Level;
  readonly lab: MysteryLab;
  readonly hidden: readonly HiddenSetting[];
  /** What it may be called: the explanations that a run of it gives, and those of faults that nobody can tell from it. */
  readonly answers: readonly Cause[];
}

type Server = readonly [name: string, segment: string];

const serversOf: Readonly<Record<MysteryLab, readonly Server[]>> = {
  dr: [
    ['rs1', 'inside'],
    ['rs2', 'inside'],
  ],
  nat: [
    ['web1', 'outside'],
    ['web2', 'outside'],
  ],
  dnat: [
    ['rs1', 'inside'],
    ['rs2', 'inside'],
  ],
  'dnat-plain': [
    ['rs1', 'inside'],
    ['rs2', 'inside'],
  ],
  tun: [
    ['rs1', 'east'],
    ['rs2', 'west'],
  ],
  gue: [
    ['rs1', 'east'],
    ['rs2', 'west'],
  ],
};

const CLIENTS = '10.0.1.0/24';
const WEB = '203.0.113.0/24';
/** On each segment where a server is, an address that nobody has. */
const nobody: Readonly<Record<string, string>> = {
  'dr inside': '10.0.2.254',
  'dnat-plain inside': '10.0.3.254',
  'tun east': '10.0.3.254',
  'tun west': '10.0.4.254',
  'gue east': '10.0.3.254',
  'gue west': '10.0.4.254',
};

const setting = (path: string, value: unknown): HiddenSetting => ({ path: path.split('.'), value });
/** A way of its own to one network, whatever the gateway: the key is `routes`, which a file may say otherwise. */
const route = (node: string, network: string, via: string): HiddenSetting => ({
  path: ['nodes', node, 'routes'],
  value: { [network]: via },
});

function fault(level: Level, lab: MysteryLab, answers: readonly Cause[], ...hidden: HiddenSetting[]): Fault {
  return { level, lab, answers, hidden };
}

/** The same on each server of each lab. */
function onServers(
  level: Level,
  labs: readonly MysteryLab[],
  answers: readonly Cause[],
  hidden: (server: string, segment: string, lab: MysteryLab) => HiddenSetting,
): Fault[] {
  return labs.flatMap((lab) =>
    serversOf[lab].map(([server, segment]) => fault(level, lab, answers, hidden(server, segment, lab))),
  );
}

/** A server that is asked at a port at which it does not listen: nothing shows which of the two is meant. */
const ports = ['service-port-mismatch', 'dr-port-map'] as const;
/** What comes out of a tunnel is dropped, or what goes into it: nothing shows which. */
const silence = ['reverse-path-filter', 'filtered'] as const;
const noWeights = [setting('service.servers.rs1.weight', 0), setting('service.servers.rs2.weight', 0)];
const drops = (protocol: string) => (server: string, segment: string) =>
  setting(`nodes.${server}.at.${segment}.drop`, [protocol]);
const toNobody = (server: string, segment: string, lab: MysteryLab) =>
  route(server, CLIENTS, nobody[`${lab} ${segment}`]!);

const loud: readonly Fault[] = [
  ...onServers(1, ['dr'], ['vip-two-answers'], (server) => setting(`nodes.${server}.hideVip`, false)),
  ...onServers(1, ['dr'], ['vip-not-local'], (server) => setting(`nodes.${server}.holdVip`, false)),
  ...onServers(1, ['dr'], ['gateway-silent'], toNobody),
  ...onServers(1, ['dr'], ['no-forwarding'], (server) => route(server, CLIENTS, 'director')),
  ...onServers(1, ['dr', 'nat'], ['filtered'], drops('tcp')),
  ...onServers(1, ['dr', 'nat'], ['interface-down'], (server, segment) =>
    setting(`nodes.${server}.at.${segment}.down`, true),
  ),
  ...onServers(1, ['dr'], ports, (server) => setting(`nodes.${server}.listen`, 8080)),
  ...onServers(1, ['dr'], ports, (server) => setting(`service.servers.${server}.port`, 8080)),
  fault(1, 'dr', ['no-server'], ...noWeights),
  fault(1, 'nat', ['ports-ambiguous'], setting('nodes.router.translatePorts', false)),
  fault(1, 'nat', ['filtered'], setting('nodes.router.at.outside.drop', ['tcp'])),
  fault(1, 'nat', ['gateway-silent'], route('pc1', WEB, '192.168.1.254')),
  fault(1, 'nat', ['gateway-silent'], route('pc2', WEB, '192.168.1.254')),
  fault(1, 'nat', ['no-forwarding'], route('pc1', WEB, 'pc2')),
  fault(1, 'nat', ['no-forwarding'], route('pc2', WEB, 'pc1')),
];

const quiet: readonly Fault[] = [
  ...onServers(2, ['tun', 'gue'], silence, (server) => setting(`nodes.${server}.rpFilter`, 'strict')),
  ...onServers(2, ['tun', 'gue'], ['no-decapsulator'], (server) =>
    setting(`nodes.${server}.decapsulate`, false),
  ),
  ...onServers(2, ['tun', 'gue'], ['vip-not-local'], (server) => setting(`nodes.${server}.holdVip`, false)),
  ...onServers(2, ['tun'], silence, drops('ipip')),
  ...onServers(2, ['gue'], silence, drops('udp')),
  ...onServers(2, ['dnat', 'dnat-plain'], ['filtered'], drops('tcp')),
  ...onServers(2, ['tun', 'gue', 'dnat-plain'], ['gateway-silent'], toNobody),
  ...onServers(2, ['tun', 'gue'], ['mtu-exceeded'], (server, segment) =>
    setting(`nodes.${server}.at.${segment}.mtu`, 1500),
  ),
  ...onServers(2, ['dnat', 'dnat-plain'], ['service-port-mismatch'], (server) =>
    setting(`nodes.${server}.listen`, 80),
  ),
  ...(['tun', 'gue'] as const).flatMap((lab) => [
    fault(2, lab, ['gateway-silent'], route('core', CLIENTS, '10.0.2.254')),
    fault(2, lab, ['gateway-silent'], route('director', '10.0.3.0/24', '10.0.2.254')),
    fault(2, lab, ['no-forwarding'], route('core', CLIENTS, 'director')),
  ]),
  ...(['dnat', 'dnat-plain'] as const).flatMap((lab) => [
    fault(2, lab, ['gateway-silent'], route('director', CLIENTS, '10.0.2.254')),
    fault(2, lab, ['filtered'], setting('nodes.router.at.front.drop', ['tcp'])),
    fault(2, lab, ['mtu-exceeded'], setting('nodes.director.at.inside.mtu', 576)),
    fault(2, lab, ['idle-timeout', 'no-connection'], setting('nodes.director.timeouts.established', '1ms')),
    fault(2, lab, ['no-server'], ...noWeights),
  ]),
  fault(2, 'dnat', ['no-route'], setting('service.snat', false)),
  fault(2, 'dnat', ['ports-exhausted'], setting('nodes.director.ports', '40000-40000')),
  fault(2, 'nat', ['ports-exhausted'], setting('nodes.router.ports', '40000-40000')),
  fault(2, 'nat', ['filtered'], setting('nodes.pc1.at.inside.drop', ['tcp'])),
  fault(2, 'nat', ['gateway-silent'], route('web2', '203.0.113.2/32', '203.0.113.254')),
  ...onServers(2, ['dr'], ['no-forwarding'], (server) => route(server, CLIENTS, 'director')),
  ...onServers(2, ['dr'], ['vip-two-answers'], (server) => setting(`nodes.${server}.hideVip`, false)),
];

const everywhere = ['dr', 'nat', 'dnat', 'dnat-plain', 'tun', 'gue'] as const;
const partial: readonly Fault[] = [
  ...onServers(3, everywhere, ['link-loss'], (server, segment) =>
    setting(`nodes.${server}.at.${segment}.loss`, '70%'),
  ),
  fault(3, 'dr', ['mtu-exceeded'], setting('nodes.router.at.inside.mtu', 1400)),
  fault(3, 'dnat', ['mtu-exceeded'], setting('nodes.director.at.front.mtu', 1400)),
  fault(3, 'dnat-plain', ['mtu-exceeded'], setting('nodes.director.at.front.mtu', 1400)),
  ...(['dr', 'dnat', 'dnat-plain', 'tun', 'gue'] as const).map((lab) =>
    fault(3, lab, ['table-full'], setting('nodes.director.maxConnections', 1)),
  ),
  fault(3, 'nat', ['table-full'], setting('nodes.router.maxConnections', 1)),
  fault(3, 'nat', ['ports-exhausted'], setting('nodes.router.ports', '40000-40000')),
  fault(3, 'dnat', ['ports-exhausted'], setting('nodes.director.ports', '40000-40000')),
  ...(['tun', 'gue'] as const).flatMap((lab) => [
    fault(
      3,
      lab,
      ['mtu-exceeded'],
      setting('nodes.director.at.front.mtu', 1500),
      setting('nodes.client1.at.outside.drop', ['icmp']),
      setting('nodes.client2.at.outside.drop', ['icmp']),
    ),
    fault(3, lab, ['idle-timeout', 'no-connection'], setting('nodes.director.timeouts.synReceived', '1ms')),
  ]),
  ...(['dnat', 'dnat-plain'] as const).map((lab) =>
    fault(3, lab, ['idle-timeout', 'no-connection'], setting('nodes.director.timeouts.established', '1ms')),
  ),
];

/** Every fault that a mystery may have. Files of `mystery-labs.ts` say none of these keys. */
export const faults: readonly Fault[] = [...loud, ...quiet, ...partial];
