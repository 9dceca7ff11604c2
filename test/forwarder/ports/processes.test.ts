import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FromDecapsulator } from '../../../src/lab/agent/decapsulator-messages.ts';
import type { FromForwarder } from '../../../src/lab/agent/forwarder-messages.ts';
import { buildArp, buildIcmpEcho, buildTcp, wrapIpip } from '../../../src/packet/build.ts';
import { formatMac, type Ipv4, type Mac, NO_MAC } from '../../../src/packet/address.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import * as rig from '../rig.ts';
import { Network, pause, until, whyNot } from './network.ts';

/** The processes that an agent starts in a node, in a network namespace instead. */
describe('processes of a node', function () {
  this.timeout(60_000);
  let network: Network;

  before(function () {
    const reason = whyNot();
    if (reason !== undefined) {
      if (process.env['CI']) throw new Error(reason);
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    network = new Network();
  });
  after(() => network?.close());
  afterEach(() => network?.quiet());

  interface Talk<Message> {
    readonly child: ChildProcess;
    readonly said: Message[];
    tell(message: unknown): void;
    of<Type extends string>(type: Type): Promise<Extract<Message, { readonly type: Type }>[]>;
  }

  function start<Message extends { readonly type: string }>(name: string): Talk<Message> {
    const script = `src/lab/agent/${name}.ts`;
    const child = network.spawn(network.near, process.execPath, '--import', 'tsx', script);
    const said: Message[] = [];
    createInterface({ input: child.stdout! }).on('line', (line) => said.push(JSON.parse(line) as Message));
    child.stderr!.pipe(process.stderr);
    const found = (type: string) => said.filter((message) => message.type === type);
    return {
      child,
      said,
      tell: (message) => void child.stdin!.write(`${JSON.stringify(message)}\n`),
      of: async (type) => {
        await until(() => found(type).length > 0 || child.exitCode !== null);
        return found(type) as never;
      },
    };
  }

  for (const port of ['packet', 'cap'] as const)
    it(`forwarder-process forwards, tells decisions, and keeps connections when told anew (${port})`, async () => {
      const config = rig.directorConfig();
      const forwarder = start<FromForwarder>('forwarder-process');
      forwarder.tell({ type: 'counters' });
      const configure = { type: 'configure', config, interfaces: [{ name: 'p0' }], port, decisions: true };
      forwarder.tell(configure);
      assert.deepEqual(await forwarder.of('ready'), [{ type: 'ready', port }]);
      assert.deepEqual(await forwarder.of('error'), [
        { type: 'error', message: 'counters: not configured yet' },
      ]);
      const far = await network.listen('q0');
      const began = BigInt(Date.now() - 1) * 1_000_000n;
      const syn = request(rig.SYN);
      await network.send('q0', [arpRequest(), syn]);
      await until(() => far.length >= 1);
      assert.equal(far.length, 1);
      const sent = Buffer.from(far[0]!, 'hex');
      assert.equal(sent.readUIntBE(0, 6), rig.M_SERVER);
      assert.equal(sent[22], 63);
      const decision = (await forwarder.of('decision')).find((one) => one.decision.rule === 'schedule')!;
      assert.deepEqual(decision.decision.framesIn, [frameHash(syn, 0, syn.length)]);
      assert.deepEqual(decision.decision.framesOut, [frameHash(sent, 0, sent.length)]);
      assert.ok(
        BigInt(decision.timeNs) >= began && BigInt(decision.timeNs) <= BigInt(Date.now() + 1) * 1_000_000n,
      );

      forwarder.tell({ type: 'reconfigure', config: { ...config, decrementTtl: false } });
      forwarder.tell({ type: 'connections' });
      const [{ connections } = { connections: [] }] = await forwarder.of('connections');
      assert.deepEqual(
        connections.map(({ clientPort, server }) => [clientPort, server]),
        [[40000, 'rs1']],
      );
      // The interfaces are opened anew; the connection and the neighbour stay.
      forwarder.tell({
        ...configure,
        config: { ...config, decrementTtl: false },
        interfaces: [{ name: 'p1' }],
      });
      await until(() => forwarder.said.filter(({ type }) => type === 'ready').length === 2);
      const far1 = await network.listen('q1');
      await network.send('q1', [request(rig.ACK)]);
      await until(() => far1.length >= 1);
      assert.equal(Buffer.from(far1[0]!, 'hex')[22], 64);
      forwarder.tell({ type: 'counters' });
      const [counted] = await forwarder.of('counters');
      assert.equal(counted!.counters.services[0]!.connections, 1);
      assert.deepEqual(
        counted!.interfaces.map(({ device, received, transmitted }) => [device, received, transmitted]),
        [['p1', 1, 1]],
      );
      forwarder.child.stdin!.write('nonsense\n');
      await until(() =>
        forwarder.said.some((said) => said.type === 'error' && said.message.includes('nonsense')),
      );
      forwarder.child.stdin!.end();
      await until(() => forwarder.child.exitCode !== null);
      assert.equal(forwarder.child.exitCode, 0);
    });

  it('forwarder-process acts when time is up: it gives up on a neighbour by itself', async () => {
    const config = rig.directorConfig();
    const forwarder = start<FromForwarder>('forwarder-process');
    forwarder.tell({
      type: 'configure',
      config,
      interfaces: [{ name: 'p0' }],
      port: 'packet',
      decisions: true,
    });
    await forwarder.of('ready');
    const far = await network.listen('q0');
    await network.send('q0', [request(rig.SYN)]);
    const dropped = () =>
      forwarder.said.some(
        (said) => said.type === 'decision' && said.decision.reason === 'neighbour-unreachable',
      );
    await until(dropped);
    assert.ok(dropped());
    assert.ok(far.length >= 3, 'asked more than once');
  });

  it('decapsulator-process: the kernel answers what came wrapped, from a VIP of its own', async () => {
    const replies = await wrappedPing('0');
    assert.equal(replies, 1);
  });

  it('decapsulator-process: a strict reverse-path filter drops what came wrapped', async () => {
    const replies = await wrappedPing('1');
    assert.equal(replies, 0);
    const counters = network.run(network.near, 'cat', '/proc/net/netstat').split('\n');
    const names = counters.find((line) => line.startsWith('TcpExt:'))!.split(' ');
    const values = counters.findLast((line) => line.startsWith('TcpExt:'))!.split(' ');
    assert.ok(Number(values[names.indexOf('IPReversePathFilter')]) > 0);
  });

  /** Echo replies that come back for one wrapped echo request; three more wrapped ones are not for the node. */
  async function wrappedPing(rpFilter: string): Promise<number> {
    const { near } = network;
    const set = (key: string, value: string) =>
      network.run(near, 'sysctl', '-qw', `net.ipv4.conf.${key}=${value}`);
    set('default.rp_filter', rpFilter);
    set('all.rp_filter', '0');
    network.ip(near, 'link', 'add', 'lbtun0', 'type', 'veth', 'peer', 'name', 'lbtun1');
    for (const device of ['lo', 'lbtun0', 'lbtun1']) network.ip(near, 'link', 'set', device, 'up');
    const rules = 'table ip t { chain c { type filter hook input priority 0; ip protocol 4 drop; }; }';
    network.run(near, 'nft', rules);
    network.ip(near, 'address', 'add', '10.0.2.11/24', 'dev', 'p0');
    network.ip(near, 'address', 'add', '10.0.2.100/32', 'dev', 'lo');
    network.ip(near, 'link', 'set', 'p0', 'address', formatMac(rig.M_SERVER));
    network.ip(near, 'neigh', 'replace', '10.0.2.1', 'lladdr', formatMac(rig.M_ROUTER), 'dev', 'p0');
    network.ip(near, 'route', 'replace', 'default', 'via', '10.0.2.1');
    try {
      const decapsulator = start<FromDecapsulator>('decapsulator-process');
      decapsulator.tell({
        type: 'configure',
        addresses: [rig.RIP],
        interfaces: [{ name: 'p0' }],
        inner: 'lbtun1',
        outer: 'lbtun0',
      });
      assert.deepEqual(await decapsulator.of('ready'), [{ type: 'ready' }]);
      const far = await network.listen('q0');
      const bad = wrapped(rig.RIP, rig.M_SERVER);
      bad[24]! ^= 1;
      await network.send('q0', [
        wrapped(rig.RIP, rig.M_SERVER),
        wrapped(rig.RIP, rig.M_SERVER2),
        wrapped(rig.RIP2, rig.M_SERVER),
        bad,
      ]);
      await pause(700);
      const replies = far
        .map((text) => Buffer.from(text, 'hex'))
        .filter((frame) => frame.readUInt16BE(12) === 0x800);
      for (const reply of replies) {
        assert.equal(reply.readUInt32BE(26), rig.VIP);
        assert.equal(reply.readUInt32BE(30), rig.CIP);
        assert.deepEqual([reply[23], reply[34]], [1, 0], 'an echo reply');
      }
      decapsulator.child.stdin!.end();
      await until(() => decapsulator.child.exitCode !== null);
      assert.equal(decapsulator.child.exitCode, 0);
      return replies.length;
    } finally {
      network.run(near, 'nft', 'delete table ip t');
      network.ip(near, 'link', 'del', 'lbtun0');
      network.ip(near, 'address', 'del', '10.0.2.100/32', 'dev', 'lo');
      network.ip(near, 'address', 'flush', 'dev', 'p0');
    }
  }
});

function request(flags: number): Uint8Array {
  return buildTcp({
    ethernet: { source: rig.M_ROUTER, destination: rig.M_DIRECTOR },
    ip: { source: rig.CIP, destination: rig.VIP, ttl: 64, dontFragment: true },
    tcp: { sourcePort: 40000, destinationPort: 80, flags, sequence: 1, acknowledgement: 0 },
  });
}

function arpRequest(): Uint8Array {
  const senders = { senderMac: rig.M_SERVER, senderIp: rig.RIP };
  return buildArp({ arp: { operation: 1, ...senders, targetMac: NO_MAC, targetIp: rig.DIP } });
}

function wrapped(destination: Ipv4, mac: Mac): Uint8Array {
  const ethernet = { source: rig.M_DIRECTOR, destination: mac };
  const inner = buildIcmpEcho({
    ethernet,
    ip: { source: rig.CIP, destination: rig.VIP, ttl: 62, dontFragment: true },
    icmp: { operation: 'request', identifier: 1, sequence: 1 },
    payload: new Uint8Array(32),
  });
  return wrapIpip({ ethernet, ip: { source: rig.DIP, destination }, inner });
}
