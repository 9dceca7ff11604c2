import type { ForwarderConfig } from '../../../src/forwarder/config.ts';
import { type Ipv4, type Mac, NO_ADDRESS } from '../../../src/packet/address.ts';
import { directorConfig, ip, mac, natConfig } from '../rig.ts';

/** One network told twice: to the forwarder and to a Linux kernel. Port 0 is where clients are, port 1 where servers are. */
export interface Setup {
  readonly name: string;
  readonly config: ForwarderConfig;
  /** Rules of nftables, `k0` and `k1` being the ports. */
  readonly rules: string;
  readonly defaultRoute: { readonly via: string; readonly port: 0 | 1 };
  /** Who is next to the ports, by address. */
  readonly neighbours: readonly { readonly port: 0 | 1; readonly address: string; readonly mac: Mac }[];
  readonly clients: readonly Ipv4[];
  /** What clients speak to, and what the servers' side knows the server by. */
  readonly service: Ipv4;
  readonly server: Ipv4;
  readonly ports: { readonly tcp: [number, number]; readonly udp: [number, number] };
  /** The source that the server sees. Left out, the client's. */
  readonly seen?: Ipv4;
  readonly pings: boolean;
}

export const MACS = [mac('02:00:00:00:00:10'), mac('02:00:00:00:00:11')] as const;
const NEAR = mac('02:00:00:00:00:a0');
const FAR = mac('02:00:00:00:00:b0');
export const NEIGHBOUR_MACS = [NEAR, FAR] as const;

const MTUS = [1500, 1400] as const;

/** Passes untranslated, to tell that everything before it has passed. */
export const SENTINELS = [ip('10.99.0.1'), ip('10.98.0.1')] as const;

const timeouts = directorConfig().timeouts;
const common = {
  limitErrors: false,
  decrementTtl: true,
  timeouts,
  maxConnections: 100_000,
  noEntry: 'drop',
  onRemove: 'reset',
  connReuseMode: 1,
  expireQuiescentTemplate: false,
} as const;
const ports = { first: 1024, last: 65535 };

const dropInvalid = `
table ip guard {
  chain forward {
    type filter hook forward priority filter
    ct state invalid drop
  }
}`;

const nat: Setup = {
  name: 'nat',
  config: {
    ...natConfig({ ports }),
    ...common,
    interfaces: [
      { segment: 'inside', address: ip('192.168.1.1'), prefixLength: 24, mac: MACS[0], mtu: MTUS[0] },
      { segment: 'outside', address: ip('203.0.113.1'), prefixLength: 24, mac: MACS[1], mtu: MTUS[1] },
    ],
    routes: [{ network: NO_ADDRESS, prefixLength: 0, via: ip('203.0.113.254') }],
  },
  rules: `${dropInvalid}
table ip translation {
  chain post {
    type nat hook postrouting priority srcnat
    ip saddr 10.99.0.1 return
    oifname "k1" masquerade
  }
}`,
  defaultRoute: { via: '203.0.113.254', port: 1 },
  neighbours: [
    ...['192.168.1.10', '192.168.1.11', '192.168.1.12'].map(
      (address) => ({ port: 0, address, mac: NEAR }) as const,
    ),
    { port: 1, address: '203.0.113.254', mac: FAR },
  ],
  clients: ['192.168.1.10', '192.168.1.11', '192.168.1.12'].map(ip),
  service: ip('198.51.100.80'),
  server: ip('198.51.100.80'),
  ports: { tcp: [80, 80], udp: [53, 53] },
  seen: ip('203.0.113.1'),
  pings: true,
};

function dnat(snat: boolean): Setup {
  const [vip, rip, dip] = ['10.0.2.100', '10.0.3.11', '10.0.3.2'] as const;
  const service = (
    protocol: 'tcp' | 'udp',
    from: number,
    to: number,
  ): ForwarderConfig['services'][number] => ({
    ...directorConfig().services[0]!,
    name: protocol,
    model: 'dnat',
    snat,
    ports,
    vip: ip(vip),
    protocol,
    port: from,
    servers: [{ name: 'rs1', address: ip(rip), port: to, weight: 1 }],
  });
  return {
    name: snat ? 'dnat with snat' : 'dnat without snat',
    config: {
      ...common,
      interfaces: [
        { segment: 'front', address: ip('10.0.2.2'), prefixLength: 24, mac: MACS[0], mtu: MTUS[0] },
        { segment: 'back', address: ip(dip), prefixLength: 24, mac: MACS[1], mtu: MTUS[1] },
      ],
      routes: [{ network: NO_ADDRESS, prefixLength: 0, via: ip('10.0.2.1') }],
      services: [service('tcp', 80, 8080), service('udp', 53, 5353)],
    },
    rules: `${dropInvalid}
table ip translation {
  chain pre {
    type nat hook prerouting priority dstnat
    iifname "k0" ip daddr ${vip} tcp dport 80 dnat to ${rip}:8080
    iifname "k0" ip daddr ${vip} udp dport 53 dnat to ${rip}:5353
  }
  chain post {
    type nat hook postrouting priority srcnat
    ip saddr 10.99.0.1 return
    ${snat ? 'oifname "k1" masquerade' : ''}
  }
}`,
    defaultRoute: { via: '10.0.2.1', port: 0 },
    neighbours: [
      { port: 0, address: '10.0.2.1', mac: NEAR },
      { port: 1, address: rip, mac: FAR },
    ],
    clients: ['10.0.1.10', '10.0.1.11', '10.0.1.12'].map(ip),
    service: ip(vip),
    server: ip(rip),
    ports: { tcp: [80, 8080], udp: [53, 5353] },
    ...(snat && { seen: ip(dip) }),
    pings: false,
  };
}

/** Packets of clients may be too long for the servers' side; turned around, those of servers for the clients'. */
function turned(setup: Setup): Setup {
  const [front, back] = setup.config.interfaces;
  const interfaces = [
    { ...front!, mtu: MTUS[1] },
    { ...back!, mtu: MTUS[0] },
  ];
  return {
    ...setup,
    name: `${setup.name}, clients on the narrow side`,
    config: { ...setup.config, interfaces },
  };
}

const wide = [nat, dnat(true), dnat(false)];
export const SETUPS: readonly Setup[] = [...wide, ...wide.map(turned)];
