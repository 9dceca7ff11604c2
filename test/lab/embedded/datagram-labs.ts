import { exampleText } from './testbed.ts';

/** A lab, and how every request in it ends. */
export interface DatagramLab {
  readonly text: string;
  readonly outcome: 'answered' | 'refused';
}

const overUdp = (name: string): string =>
  exampleText(name)
    .replace(/\bport: 80(80)?\b/g, 'port: 53')
    .replace('  port: 53\n', '  port: 53\n  protocol: udp\n');
const withTraffic = (text: string, settings: string): string =>
  text.replace(/^ {2}- \{ /gm, `  - { ${settings}, `);

const LONG = 'upload: 2000, response: 3000';
const NOBODY = 'protocol: udp, port: 54';

const answered: Readonly<Record<string, string>> = {
  'dr, UDP': overUdp('dr'),
  'tun, UDP': overUdp('tun'),
  'dnat, UDP': overUdp('dnat'),
  'dnat without snat, UDP': overUdp('dnat-plain'),
  'nat, UDP': withTraffic(exampleText('nat'), 'protocol: udp, port: 53'),
  'dr, fragments': withTraffic(overUdp('dr'), LONG),
  'tun, fragments': withTraffic(overUdp('tun'), LONG),
  'dnat, fragments': withTraffic(overUdp('dnat'), LONG),
  'dnat without snat, fragments': withTraffic(overUdp('dnat-plain'), LONG),
  'nat, fragments': withTraffic(exampleText('nat'), `protocol: udp, port: 53, ${LONG}`),
  'dr, pings': withTraffic(exampleText('dr'), 'protocol: icmp'),
  'tun, pings': withTraffic(exampleText('tun'), 'protocol: icmp'),
  'dnat, pings': withTraffic(exampleText('dnat'), 'protocol: icmp'),
  'dr, long pings': withTraffic(exampleText('dr'), 'protocol: icmp, upload: 3000'),
  'nat, pings': withTraffic(exampleText('nat'), 'protocol: icmp'),
  'nat, long pings': withTraffic(exampleText('nat'), 'protocol: icmp, upload: 3000'),
};

/** An ICMP error is the answer: the director's own, and a server's kernel's that is translated on its way back. */
const refused: Readonly<Record<string, string>> = {
  'dr, a UDP port nobody serves': withTraffic(overUdp('dr'), NOBODY),
  'dnat, a UDP port nobody serves': withTraffic(overUdp('dnat'), NOBODY),
  // Outside, a client: it has no server for datagrams.
  'nat, a UDP port nobody serves': withTraffic(
    exampleText('nat')
      .replace('  web1:', '  web3: { role: client, at: { outside: 203.0.113.82 } }\n  web1:')
      .replaceAll(/to: web\d/g, 'to: web3'),
    NOBODY,
  ),
};

const labs = (outcome: DatagramLab['outcome'], texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([name, text]): [string, DatagramLab] => [name, { text, outcome }]);

/** The examples with their traffic changed: datagrams, long ones in fragments, pings, and ICMP errors. */
export const DATAGRAM_LABS: readonly (readonly [name: string, lab: DatagramLab])[] = [
  ...labs('answered', answered),
  ...labs('refused', refused),
];
