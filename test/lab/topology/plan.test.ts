import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { formatIpv4, formatMac } from '../../../src/packet/address.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan, PlannedNode } from '../../../src/lab/topology/plan.ts';
import { exampleFiles } from './example-files.ts';
import { dnat, dr, edit, nat, tun } from './fixtures.ts';

describe('the plan', () => {
  it('of the dr example is the golden one (UPDATE_GOLDEN=1 writes it anew)', () => {
    const golden = new URL('dr.plan.golden.txt', import.meta.url);
    const example = exampleFiles().find(({ name }) => name === 'dr.lblab.yaml')!;
    const text = `${JSON.stringify(planOf(example.text, example.name), null, 1)}\n`;
    if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  it('stands the nodes in path order, routers behind the director among them', () => {
    const example = exampleFiles().find(({ name }) => name === 'tun.lblab.yaml')!;
    const names = planOf(example.text, example.name).nodes.map(({ name }) => name);
    assert.deepEqual(names, ['client1', 'client2', 'router', 'director', 'core', 'rs1', 'rs2']);
  });

  it('hides the VIP on the servers of dr and tun, and only there', () => {
    for (const text of [dr, tun]) {
      const server = node(planOf(text), 'rs1');
      assert.deepEqual(server.loopback.map(formatIpv4), ['10.0.2.100']);
      assert.deepEqual([server.sysctls.arp_ignore, server.sysctls.arp_announce], [1, 2]);
    }
    const server = node(planOf(dnat), 'rs1');
    assert.deepEqual(server.loopback, []);
    assert.deepEqual([server.sysctls.arp_ignore, server.sysctls.arp_announce], [0, 0]);
  });

  it('lets the kernel forward on plain routers only', () => {
    const forwarding = (text: string) => planOf(text).nodes.filter(({ sysctls }) => sysctls.ip_forward === 1);
    assert.deepEqual(
      forwarding(dr).map(({ name }) => name),
      ['router'],
    );
    assert.deepEqual(forwarding(nat), []);
  });

  it('gives the deliberate mistakes to the nodes', () => {
    const settings =
      'at: { inside: 10.0.2.11 }, gateway: router, hideVip: false, rpFilter: strict, decapsulate: false }';
    const text = edit(tun, ['at: { inside: 10.0.2.11 },  gateway: router }', settings]);
    const server = node(planOf(text), 'rs1');
    assert.deepEqual(
      [server.sysctls.arp_ignore, server.sysctls.arp_announce, server.sysctls.rp_filter],
      [0, 0, 1],
    );
    assert.equal(server.decapsulate, false);
    assert.equal(node(planOf(text), 'rs2').decapsulate, true);
    const bare = edit(dr, [
      'at: { inside: 10.0.2.11 },  gateway: router }',
      'at: { inside: 10.0.2.11 }, gateway: router, holdVip: false }',
    ]);
    assert.deepEqual(node(planOf(bare), 'rs1').loopback, []);
  });

  it('teaches routers the way to every segment, and only those without a gateway', () => {
    const text = edit(
      tun,
      ['back: 10.0.3.1 }', 'back: 10.0.3.1 }'],
      ['segments:', 'segments:\n  far: 10.0.4.0/24'],
      ['nodes:', 'nodes:\n  second: { role: router, at: { back: 10.0.3.2, far: 10.0.4.1 } }'],
    );
    assert.deepEqual(routes(planOf(text), 'router'), ['10.0.4.0/24 via 10.0.3.2']);
    assert.deepEqual(routes(planOf(text), 'second'), [
      '10.0.1.0/24 via 10.0.3.1',
      '10.0.2.0/24 via 10.0.3.1',
    ]);
    const own = edit(text, [
      'far: 10.0.4.1 }',
      'far: 10.0.4.1 }, gateway: router, routes: { 10.0.1.0/24: 10.0.3.1 }',
    ]);
    assert.deepEqual(routes(planOf(own), 'second'), ['10.0.1.0/24 via 10.0.3.1', '0.0.0.0/0 via 10.0.3.1']);
  });

  it('gives inside hosts the NAT router as their gateway, and outside hosts no way in', () => {
    const plan = planOf(nat);
    assert.deepEqual(routes(plan, 'pc1'), ['0.0.0.0/0 via 192.168.1.1']);
    assert.deepEqual(routes(plan, 'web'), []);
    assert.deepEqual(node(plan, 'router').forwarder?.nat, {
      outside: 1,
      ports: { first: 40000, last: 59999 },
      translatePorts: true,
    });
    assert.deepEqual(node(plan, 'web').listen, [80]);
    assert.deepEqual(
      plan.traffic.map(({ from, to }) => `${from} ${formatIpv4(to)}`),
      ['pc1 203.0.113.80', 'pc2 203.0.113.80'],
    );
  });

  it('listens where the service sends, which in dr with a port map is not where packets go', () => {
    const mapped = edit(dr, ['[rs1, rs2]', '{ rs1: {}, rs2: { port: 8080, weight: 3 } }']);
    const plan = planOf(mapped);
    assert.deepEqual(node(plan, 'rs1').listen, [80]);
    assert.deepEqual(node(plan, 'rs2').listen, [8080]);
    assert.deepEqual(
      plan.services[0]?.servers.map(({ port, weight }) => [port, weight]),
      [
        [80, 1],
        [8080, 3],
      ],
    );
  });

  it('gives the forwarder what the node has: interfaces, routes, services in order', () => {
    const { forwarder, interfaces, routes } = node(planOf(dr), 'director');
    assert.deepEqual(
      forwarder?.interfaces.map(({ mac }) => mac),
      interfaces.map(({ mac }) => mac),
    );
    assert.deepEqual(forwarder?.routes, routes);
    assert.deepEqual(
      forwarder?.services[0]?.servers.map(({ name }) => name),
      ['rs1', 'rs2'],
    );
    assert.equal(forwarder?.timeouts.established, 900_000);
  });

  it('derives MACs: unicast, local, different from each other and the same every time', () => {
    for (const { name, text } of exampleFiles()) {
      const { plan } = loadTopology(text, name);
      const macs = plan?.nodes.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac)) ?? [];
      assert.equal(new Set(macs).size, macs.length);
      for (const mac of macs) assert.match(formatMac(mac), /^02:/);
    }
    assert.deepEqual(planOf(dr), planOf(dr));
    const pinned = edit(dr, [
      'inside: 10.0.2.2 }',
      'inside: { address: 10.0.2.2, mac: 02-00-00-00-00-02, delay: 1.5ms, loss: 5% } }',
    ]);
    const [port] = node(planOf(pinned), 'director').interfaces;
    assert.deepEqual([port?.mac, port?.delayNs, port?.loss], [0x020000000002, 1_500_000, 0.05]);
  });

  it('fills in what traffic leaves out', () => {
    const plan = planOf(
      edit(dr, ['{ from: client, every: 1s, count: 4, request: GET / }', '{ upload: 4KB }']),
    );
    assert.deepEqual(plan.traffic, [
      {
        from: 'client',
        to: 0x0a000264,
        port: 80,
        afterNs: 0,
        everyNs: 1e9,
        count: 4,
        request: 'POST /',
        responseBytes: 0,
        requestBytes: 4000,
        written: 0,
        timeoutNs: 3e9,
      },
    ]);
  });

  it('a request to a UDP service goes by UDP, also where a TCP service has its address and port', () => {
    const both = edit(
      dr,
      ['service:', 'services:\n web:'],
      [
        '  servers: [rs1, rs2]\n',
        '  servers: [rs1, rs2]\n dns: { vip: 10.0.2.100, port: 80, protocol: udp }\n',
      ],
      ['{ from: client, every: 1s, count: 4, request: GET / }', '{ to: dns }\n  - { to: web }'],
    );
    assert.deepEqual(
      planOf(both).traffic.map(({ protocol }) => protocol ?? 'tcp'),
      ['udp', 'tcp'],
    );
  });
});

function planOf(text: string, name = 'fixture.lblab.yaml'): Plan {
  const { plan, problems } = loadTopology(text, name);
  assert.ok(plan, JSON.stringify(problems));
  return plan;
}

function node(plan: Plan, name: string): PlannedNode {
  return plan.nodes.find((candidate) => candidate.name === name)!;
}

function routes(plan: Plan, name: string): string[] {
  return node(plan, name).routes.map(
    ({ network, prefixLength, via }) => `${formatIpv4(network)}/${prefixLength} via ${formatIpv4(via)}`,
  );
}
