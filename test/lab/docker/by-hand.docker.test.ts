import assert from 'node:assert/strict';
import type { DockerEngine } from '../../../src/lab/docker/docker-engine.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { formatIpv4, formatMac } from '../../../src/packet/address.ts';
import { dockerEngine, dockerHere, outcomesOf, type DockerHere } from './docker-here.ts';
import { planOf, stopLab } from './run-lab.ts';

/** Nothing is sent but what a test asks for, and that is given up soon. */
function quiet(path: string, change?: (text: string) => string): Plan {
  const plan = planOf(path, change);
  return { ...plan, traffic: [{ ...plan.traffic[0]!, count: 0, timeoutNs: 3e9 }] };
}

describe('Docker engine: nodes stopped, paused and looked at by hand', function () {
  this.timeout(120_000);
  let here: DockerHere;
  let engine: DockerEngine;
  let events: LabEvent[];
  before(async function () {
    here = await dockerHere(this);
  });
  afterEach(() => stopLab(engine));
  after(() => here?.client.close());

  async function start(plan: Plan): Promise<void> {
    events = [];
    engine = dockerEngine(here, plan, (told) => events.push(...told));
    await engine.start();
  }

  async function outcome(): Promise<string | undefined> {
    await engine.request();
    return (await outcomesOf(engine)).at(-1);
  }

  const states = (name: string) =>
    events.flatMap((event) => (event.kind === 'node' && event.node === name ? [event.state] : []));

  it('a stopped director is silent; started again it serves, and no other node was touched', async () => {
    await start(quiet('examples/dr.lblab.yaml'));
    const others = () => ['client1', 'router', 'rs1', 'rs2'].map((name) => engine.containerOf(name));
    const before = others();
    assert.equal(await outcome(), 'answered');
    assert.equal(await engine.setNode('director', 'stopped'), true);
    const { nowNs } = engine;
    assert.notEqual(await outcome(), 'answered');
    assert.equal(await engine.setNode('director', 'paused'), false);
    assert.equal(await engine.nodeState('director'), undefined);
    // A save does not start it.
    const changed = quiet('examples/dr.lblab.yaml', (text) =>
      text.replace('scheduler: rr\n', 'scheduler: wrr\n'),
    );
    await engine.apply(changed);
    assert.notEqual(await outcome(), 'answered');
    const silentUntil = engine.nowNs;
    assert.equal(await engine.setNode('director', 'running'), true);
    assert.equal(await outcome(), 'answered');
    assert.deepEqual(others(), before);
    await engine.settled(20e9);
    assert.deepEqual(states('director'), ['running', 'stopped', 'running']);
    const sent = events.filter(
      (event) =>
        event.kind === 'frame' &&
        event.node === 'director' &&
        event.timeNs > nowNs &&
        event.timeNs < silentUntil,
    );
    assert.deepEqual(sent, []);
    assert.equal(await engine.setNode('nobody', 'stopped'), false);
  });

  it('a paused server accepts and answers once it goes on; what was saved meanwhile holds then', async () => {
    await start(quiet('examples/dnat.lblab.yaml'));
    const id = engine.containerOf('director');
    assert.equal(await engine.setNode('director', 'paused'), true);
    assert.notEqual(await outcome(), 'answered');
    const one = (text: string) => text.replace(/^ +rs1: \{ port.*\n/m, '');
    await engine.apply(quiet('examples/dnat.lblab.yaml', one));
    assert.equal(await engine.setNode('director', 'running'), true);
    for (let i = 0; i < 2; i += 1) assert.equal(await outcome(), 'answered');
    assert.equal(engine.containerOf('director'), id);
    const { counters } = (await engine.nodeState('director'))!;
    assert.deepEqual(
      counters?.services[0]?.servers.map(({ name }) => name),
      ['rs2'],
    );
    assert.ok(counters.services[0]!.servers[0]!.connections >= 2);
    await engine.settled(20e9);
    assert.deepEqual(states('director'), ['running', 'paused', 'running']);
    // Its kernel went on, and the capture with it: frames came in while it was paused.
    const [from, to] = events
      .flatMap((event) => (event.kind === 'node' && event.node === 'director' ? [event.timeNs] : []))
      .slice(1);
    const during = events.filter(
      (event) =>
        event.kind === 'frame' && event.node === 'director' && event.timeNs > from! && event.timeNs < to!,
    );
    assert.ok(during.length > 0);
  });

  it('a node shows its addresses, neighbours, routes, sockets, connections and clients', async () => {
    await start(quiet('examples/dr.lblab.yaml'));
    for (let i = 0; i < 2; i += 1) assert.equal(await outcome(), 'answered');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const server = (await engine.nodeState('rs1'))!;
    assert.deepEqual(
      server.addresses.map(
        ({ device, address, prefixLength }) => `${device} ${formatIpv4(address)}/${prefixLength}`,
      ),
      ['lo 10.0.2.100/32', 'inside 10.0.2.11/24'],
    );
    const plan = quiet('examples/dr.lblab.yaml');
    const macOf = (name: string) =>
      formatMac(
        plan.nodes.find((node) => node.name === name)!.interfaces.find(({ segment }) => segment === 'inside')!
          .mac,
      );
    assert.ok(
      server.neighbours.some(
        ({ device, address, mac }) =>
          device === 'inside' &&
          formatIpv4(address) === '10.0.2.1' &&
          mac !== undefined &&
          formatMac(mac) === macOf('router'),
      ),
      JSON.stringify(server.neighbours),
    );
    assert.deepEqual(
      server.routes.map(({ network, prefixLength, via }) => [network, prefixLength, formatIpv4(via)]),
      [[0, 0, '10.0.2.1']],
    );
    assert.deepEqual(
      server.seenClients.map(({ address, at }) => [formatIpv4(address), formatIpv4(at)]),
      [['10.0.1.10', '10.0.2.100']],
    );
    assert.equal(server.connections, undefined);
    const director = (await engine.nodeState('director'))!;
    assert.equal(director.connections?.length, 2);
    assert.deepEqual(
      director.counters?.services[0]?.servers.map(({ name, connections }) => [name, connections]),
      [
        ['rs1', 1],
        ['rs2', 1],
      ],
    );
    const { sockets } = (await engine.nodeState('client1'))!;
    assert.ok(
      sockets.some(({ remotePort, state }) => remotePort === 80 && state === 'time-wait'),
      JSON.stringify(sockets),
    );
    assert.equal(await engine.nodeState('nobody'), undefined);
  });
});
