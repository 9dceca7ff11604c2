import assert from 'node:assert/strict';
import { runLab } from '../../lab/embedded/testbed.ts';
import { reportOf } from '../build-report.ts';
import { dnatText, drText, natText, planOf, tunText } from '../plans.ts';

/** One thing is wrong in a file, and requests are made by it: the setting that is named, and others with a part in it. */
interface Fault {
  readonly text: string;
  readonly traffic?: string;
  readonly code: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly says?: RegExp;
  readonly settings: readonly string[];
}

const node = (text: string, name: string, from: string | RegExp, to: string) =>
  text.replace(new RegExp(`^  ${name}:.*$`, 'm'), (line) => line.replace(from, to));
const more = (text: string, name: string, setting: string) => node(text, name, / }$/, `, ${setting} }`);
const named = (text: string) => text.replace(/service: (\{.*\})\n/, 'services:\n  web: $1\n');
const noSnat = dnatText.replace('port: 80,', 'port: 80, snat: false,');

const faults: Readonly<Record<string, Fault>> = {
  'a router is asked for what only a server has': {
    text: drText,
    traffic: 'to: 10.0.1.1',
    code: 'connection-refused',
    params: { node: 'router', role: 'router', address: '10.0.1.1', port: '80' },
    says: /it is a router/,
    settings: ['traffic.0.to', 'nodes.router.role'],
  },
  'a client asks itself': {
    text: drText,
    traffic: 'to: 10.0.1.10',
    code: 'connection-refused',
    params: { node: 'client', role: 'client', address: '10.0.1.10' },
    says: /client asked itself/,
    settings: ['traffic.0.to'],
  },
  'a server is asked at a port where it does not listen': {
    text: drText,
    traffic: 'to: 10.0.2.11, port: 81',
    code: 'connection-refused',
    params: { node: 'rs1', role: 'server', address: '10.0.2.11', port: '81' },
    settings: ['nodes.rs1.listen', 'traffic.0.port'],
  },
  'the VIP is asked at another port': {
    text: named(drText),
    traffic: 'port: 81',
    code: 'no-service-on-port',
    params: { node: 'director', vip: '10.0.2.100', protocol: 'TCP', port: '81', ports: 'TCP 80' },
    settings: ['traffic.0.port', 'services.web.port'],
  },
  'the VIP is asked by another protocol': {
    text: drText,
    traffic: 'protocol: udp',
    code: 'no-service-on-port',
    params: { node: 'director', vip: '10.0.2.100', protocol: 'UDP', port: '80', ports: 'TCP 80' },
    settings: ['traffic.0.protocol', 'service.protocol'],
  },
  'dr: a server listens on another port': {
    text: more(drText, 'rs1', 'listen: 8080'),
    code: 'service-port-mismatch',
    params: { node: 'rs1', service: 'service', address: '10.0.2.100', port: '80', ports: '8080' },
    settings: ['nodes.rs1.listen', 'service.port'],
  },
  'dnat: a server listens on another port': {
    text: named(more(dnatText, 'rs1', 'listen: 80')),
    code: 'service-port-mismatch',
    params: { node: 'rs1', service: 'web', address: '10.0.3.11', port: '8080', ports: '80' },
    settings: ['nodes.rs1.listen', 'services.web.servers.rs1.port'],
  },
  'a client has no gateway': {
    text: node(drText, 'client', ', gateway: router', ''),
    code: 'no-route',
    params: { node: 'client', address: '10.0.2.100', reason: 'no-route' },
    settings: ['nodes.client.gateway', 'traffic.0.to', 'service.vip'],
  },
  'a server has no gateway': {
    text: node(drText, 'rs1', ', gateway: router', ''),
    code: 'no-route',
    params: { node: 'rs1', address: '10.0.1.10', reason: 'no-route' },
    settings: ['nodes.rs1.gateway'],
  },
  'dnat without snat: a server has no gateway': {
    text: named(node(noSnat, 'rs1', ', gateway: director', '')).replace(
      'services:\n',
      'services:\n  mail: { vip: 10.0.2.100, port: 25, snat: false, servers: [rs2] }\n',
    ),
    traffic: 'to: web',
    code: 'no-route',
    settings: ['nodes.rs1.gateway', 'services.web.snat'],
  },
  'a router has no way to what is asked for': {
    text: drText,
    traffic: 'to: 10.9.9.9',
    code: 'no-route',
    params: { node: 'router', address: '10.9.9.9', reason: 'no-route' },
    settings: ['traffic.0.to', 'nodes.router.gateway'],
  },
  'the interface that leads there is down': {
    text: node(drText, 'router', 'inside: 10.0.2.1 ', 'inside: { address: 10.0.2.1, down: true } '),
    code: 'interface-down',
    params: { node: 'router', segment: 'inside', address: '10.0.2.1' },
    settings: ['nodes.router.at.inside.down'],
  },
  'the interface that leads to the gateway is down': {
    text: node(drText, 'client', 'outside: 10.0.1.10 ', 'outside: { address: 10.0.1.10, down: true } '),
    code: 'interface-down',
    params: { node: 'client', segment: 'outside', address: '10.0.1.10' },
    settings: ['nodes.client.at.outside.down'],
  },
  'a client has a server for its gateway': {
    text: node(drText, 'client', 'gateway: router', 'gateway: x').replace(
      '  router:',
      '  x: { role: server, at: { outside: 10.0.1.7 } }\n  router:',
    ),
    code: 'no-forwarding',
    params: { node: 'x', from: 'client', address: '10.0.2.100', role: 'server' },
    settings: ['nodes.client.gateway', 'nodes.x.role'],
  },
  'a node between two segments is no router': {
    text: node(drText, 'router', 'role: router', 'role: server'),
    code: 'no-forwarding',
    settings: ['nodes.router.role', 'nodes.client.gateway'],
  },
  'a NAT router is asked for a host behind it': {
    text: natText
      .replace('nodes:', 'nodes:\n  client: { role: client, at: { outside: 203.0.113.9 }, gateway: nat }')
      .replace(/traffic:.*\n/, ''),
    traffic: 'to: 192.168.1.10, port: 80',
    code: 'no-forwarding',
    params: { node: 'nat', from: 'client', address: '192.168.1.10', role: 'router' },
    says: /nat translates/,
    settings: ['nodes.nat.nat', 'nodes.client.gateway'],
  },
  'dnat with snat: a server behind a router has no gateway': {
    text: node(dnatText, 'rs1', 'inside: 10.0.3.11 }, gateway: director', 'far: 10.0.4.11 }')
      .replace('inside: 10.0.3.0/24', 'inside: 10.0.3.0/24, far: 10.0.4.0/24')
      .replace(
        'inside: 10.0.3.2 }, gateway: router }',
        'inside: 10.0.3.2 }, gateway: router, routes: { 10.0.4.0/24: second } }\n  second: { role: router, at: { inside: 10.0.3.1, far: 10.0.4.1 } }',
      ),
    code: 'no-route',
    params: { node: 'rs1', address: '10.0.3.2', reason: 'no-route' },
    settings: ['nodes.rs1.gateway'],
  },
  'dr: a server does not hold the VIP': {
    text: more(drText, 'rs1', 'holdVip: false'),
    code: 'vip-not-local',
    params: { node: 'rs1', vip: '10.0.2.100' },
    settings: ['nodes.rs1.holdVip'],
  },
  'a router has a director for its gateway': {
    text: more(drText, 'router', 'gateway: director'),
    traffic: 'to: 10.9.9.9',
    code: 'no-forwarding',
    params: { node: 'director', from: 'router', address: '10.9.9.9', role: 'director' },
    settings: ['nodes.router.gateway'],
  },
  'tun: the way behind the director is narrow, by its segment': {
    text: tunText.replace(
      'back: { subnet: 10.0.3.0/24, mtu: 1520 }',
      'back: { subnet: 10.0.3.0/24, mtu: 1000 }',
    ),
    traffic: 'upload: 1300',
    code: 'mtu-exceeded',
    says: /A tunnel takes 20 bytes/,
    settings: ['segments.back.mtu'],
  },
  'tun: the way behind the director is narrow, by one interface': {
    text: node(tunText, 'router', 'back: 10.0.3.1 ', 'back: { address: 10.0.3.1, mtu: 1000 } '),
    traffic: 'upload: 1300',
    code: 'mtu-exceeded',
    says: /A tunnel takes 20 bytes/,
    settings: ['nodes.router.at.back.mtu'],
  },
};

describe('one fault in a file, and what is told of it', () => {
  const settings = (text: string) =>
    reportOf(runLab(planOf(text))).explanations.map(({ code, setting }) => [code, setting]);

  it('each that asks the wrong node is told so, by its own entry', () => {
    const traffic = ['80', '81'].map((port) => `{ from: client, count: 1, to: 10.0.1.1, port: ${port} }`);
    assert.deepEqual(settings(`${drText}\ntraffic: [${traffic.join(', ')}]\n`), [
      ['connection-refused', 'traffic.0.to'],
      ['connection-refused', 'traffic.1.to'],
    ]);
  });

  it('each that takes a server for a gateway, and a node between two segments once', () => {
    const two = drText.replace(
      '  router:',
      '  other: { role: client, at: { outside: 10.0.1.11 }, gateway: router }\n  router:',
    );
    const asks = '\ntraffic: [{ from: client, count: 1 }, { from: other, count: 1 }]\n';
    const wrong = two
      .replaceAll(/(client|other)(: .*)gateway: router/g, '$1$2gateway: x')
      .replace('  router:', '  x: { role: server, at: { outside: 10.0.1.7 } }\n  router:');
    assert.deepEqual(settings(wrong + asks), [
      ['no-forwarding', 'nodes.client.gateway'],
      ['no-forwarding', 'nodes.other.gateway'],
    ]);
    assert.deepEqual(settings(node(two, 'router', 'role: router', 'role: server') + asks), [
      ['no-forwarding', 'nodes.router.role'],
    ]);
  });

  for (const [name, { text, traffic = 'port: 80', code, params, says, settings }] of Object.entries(faults))
    it(`${name}: ${code}`, () => {
      const { explanations } = reportOf(
        runLab(planOf(`${text}\ntraffic: [{ from: client, count: 1, ${traffic} }]\n`)),
      );
      assert.deepEqual(
        explanations.map((one) => one.code),
        [code],
      );
      const [explanation] = explanations;
      assert.equal(explanation!.setting, settings[0]);
      const listed = /\(Settings: (.*)\.\)/.exec(explanation!.text)?.[1]?.split(', ');
      assert.deepEqual(listed ?? [explanation!.setting], settings);
      if (params) assert.deepEqual(explanation!.params, params);
      if (says) assert.match(explanation!.text, says);
    });
});
