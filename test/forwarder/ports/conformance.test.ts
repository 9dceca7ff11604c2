import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { PortName } from '../../../src/forwarder/ports/network-port.ts';
import { Network, pause, until, whyNot, type PortProcess } from './network.ts';

/** Both ports, each against the other end of real veth pairs, which a small program in C holds. */
const PORTS: readonly PortName[] = ['packet', 'cap'];

for (const name of PORTS) {
  describe(`${name} port on veth pairs`, function () {
    this.timeout(60_000);
    let network: Network;

    before(function () {
      const reason = whyNot() ?? missing(name);
      if (reason !== undefined) {
        if (process.env['CI']) throw new Error(`${name} port: ${reason}`);
        console.log(`      skipped: ${reason}`);
        this.skip();
      }
      network = new Network();
    });
    after(() => network?.close());
    afterEach(() => network?.quiet());

    async function open(devices = ['p0', 'p1']): Promise<PortProcess> {
      const port = await network.open(name, devices);
      assert.equal(port.ready, true, port.ended ?? JSON.stringify(port.problems));
      return port;
    }

    it('receives every frame, whomever it is for, with its interface and exact bytes', async () => {
      const port = await open();
      const frames = ['ffffffffffff', '020000000099', '01005e000001', '0200000000aa'].map((mac, i) =>
        makeFrame(60 + i, i, mac),
      );
      await network.send('q0', frames);
      await network.send('q1', frames.slice(0, 1));
      await until(() => port.heard.length >= 5);
      assert.deepEqual(
        port.heard.map(({ port: by, hex }) => [by, hex]),
        [...frames.map((frame) => [0, hex(frame)]), [1, hex(frames[0]!)]],
      );
    });

    it('receives and transmits frames of 14 to 1814 bytes', async () => {
      const port = await open();
      const far = await network.listen('q1');
      const frames = [14, 15, 33, 59, 60, 64, 1513, 1514, 1515, 1518, 1814].map((length) =>
        makeFrame(length),
      );
      await network.send('q0', frames);
      for (const frame of frames) port.tell({ do: 'transmit', port: 1, hex: hex(frame) });
      await until(() => port.heard.length >= frames.length && far.length >= frames.length);
      assert.deepEqual(
        port.heard.map(({ hex: text }) => text),
        frames.map(hex),
      );
      assert.deepEqual(far, frames.map(hex));
    });

    it('gives frames with headroom, and sends them from where they were rewritten', async () => {
      const port = await open();
      await port.ask({ do: 'reflect' });
      const far = await network.listen('q1');
      const frames = Array.from({ length: 200 }, (_, i) => makeFrame(60 + i, i));
      await network.send('q0', frames);
      await until(() => far.length >= frames.length);
      const expected = frames.map((frame) => `${hex(frame).slice(0, 24)}abcd${hex(frame).slice(24)}`);
      assert.deepEqual(far, expected);
      assert.ok(port.heard.every(({ headroom }) => headroom >= 34));
    });

    it('does not receive what it transmits, nor what the node itself sends', async () => {
      const port = await open();
      const far = await network.listen('q0');
      const own = makeFrame(64, 1);
      port.tell({ do: 'transmit', port: 0, hex: hex(own) });
      await until(() => far.length >= 1);
      network.ip(network.near, 'address', 'add', '10.77.0.1/24', 'dev', 'p0');
      // The kernel of the node asks who has the address: nobody.
      network.spawn(network.near, 'bash', '-c', 'exec 3<>/dev/udp/10.77.0.9/9; echo hello >&3');
      await until(() => far.length >= 2);
      network.ip(network.near, 'address', 'del', '10.77.0.1/24', 'dev', 'p0');
      await network.send('q0', [makeFrame(64, 2)]);
      await until(() => port.heard.length >= 1);
      assert.equal(far[0], hex(own));
      assert.ok(far.length >= 2, 'the kernel asked');
      assert.deepEqual(
        port.heard.map(({ hex: text }) => text),
        [hex(makeFrame(64, 2))],
      );
    });

    it('keeps a burst of 5000 frames, in order, on both interfaces at once', async () => {
      const port = await open();
      const burst = Array.from({ length: 5000 }, (_, i) => makeFrame(64, i));
      await Promise.all([network.send('q0', burst), network.send('q1', burst)]);
      await until(() => port.heard.length >= 10_000);
      for (const by of [0, 1]) {
        const got = port.heard.filter((heard) => heard.port === by).map(({ hex: text }) => text);
        assert.deepEqual(got, burst.map(hex));
      }
      const { counts } = await port.ask({ do: 'counts' });
      assert.deepEqual(
        counts!.map(({ device, received, missed }) => [device, received, missed]),
        ['p0', 'p1'].map((device) => [device, 5000, name === 'packet' ? 0 : undefined]),
      );
    });

    it('tells times that fit the clock', async () => {
      const port = await open();
      for (let i = 0; i < 20; i++) {
        await network.send('q0', [makeFrame(64, i)]);
        await pause(5);
      }
      await until(() => port.heard.length >= 20);
      const times = port.heard.map(({ timeNs }) => BigInt(timeNs));
      const delays = port.heard.map(({ timeNs, nowNs }) => Number(BigInt(nowNs) - BigInt(timeNs)) / 1e6);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => (a < b ? -1 : 1)),
      );
      assert.ok(Math.abs(Date.now() - Number(times[19]! / 1_000_000n)) < 5000);
      assert.ok(
        delays.every((delay) => delay >= 0),
        `no frame comes before its time: ${delays.join()}`,
      );
      assert.ok(delays.sort((a, b) => a - b)[10]! < 50, `delivered at once: ${delays.join()}`);
    });

    it('marks a checksum that is not filled in, where the port can know', async () => {
      const port = await open();
      network.run(network.far, 'ethtool', '-K', 'q0', 'tx', 'on');
      network.ip(network.far, 'address', 'add', '10.78.0.2/24', 'dev', 'q0');
      network.ip(network.far, 'neigh', 'add', '10.78.0.9', 'lladdr', '02:00:00:00:00:09', 'dev', 'q0');
      network.run(network.far, 'bash', '-c', 'exec 3<>/dev/udp/10.78.0.9/9; echo hello >&3');
      await until(() => port.heard.length >= 1);
      network.run(network.far, 'ethtool', '-K', 'q0', 'tx', 'off');
      network.run(network.far, 'bash', '-c', 'exec 3<>/dev/udp/10.78.0.9/9; echo hello >&3');
      await until(() => port.heard.length >= 2);
      network.ip(network.far, 'address', 'del', '10.78.0.2/24', 'dev', 'q0');
      assert.deepEqual(
        port.heard.map(({ partialChecksum }) => partialChecksum),
        [name === 'packet', false],
      );
    });

    it('gives a tagged frame with its tag', async () => {
      const port = await open();
      const tagged = makeFrame(80, 7);
      tagged.set([0x81, 0x00, 0x20, 0x05], 12);
      await network.send('q0', [tagged]);
      await until(() => port.heard.length >= 1);
      assert.deepEqual(
        port.heard.map(({ hex: text }) => text),
        [hex(tagged)],
      );
    });

    it('goes on after an interface was down', async () => {
      const port = await open();
      network.ip(network.near, 'link', 'set', 'p0', 'down');
      port.tell({ do: 'transmit', port: 0, hex: hex(makeFrame(64)) });
      await pause(300);
      network.ip(network.near, 'link', 'set', 'p0', 'up');
      await pause(600);
      await network.send('q0', [makeFrame(64, 3)]);
      await until(() => port.heard.length >= 1 || port.ended !== undefined);
      if (endedByAssertion(port)) return;
      assert.equal(port.ended, undefined);
      assert.deepEqual(
        port.heard.map(({ hex: text }) => text),
        [hex(makeFrame(64, 3))],
      );
      const { counts } = await port.ask({ do: 'counts' });
      assert.equal(counts![0]!.refused, 1);
    });

    it('reports an interface that vanishes, and goes on with the others', async () => {
      const port = await open();
      try {
        network.unplug(0);
        await until(() => port.problems.length >= 1 || port.ended !== undefined);
        if (endedByAssertion(port)) return;
        assert.equal(port.ended, undefined);
        assert.deepEqual(
          port.problems.map(({ code, device }) => [code, device]),
          [['gone', 'p0']],
        );
        port.tell({ do: 'transmit', port: 0, hex: hex(makeFrame(64)) });
        await network.send('q1', [makeFrame(64, 9)]);
        await until(() => port.heard.length >= 1);
        assert.deepEqual(
          port.heard.map(({ port: by }) => by),
          [1],
        );
      } finally {
        network.plug(0);
      }
    });

    it('returns a problem for an interface that is not there, and leaves nothing open', async () => {
      const port = await network.open(name, ['p0', 'nothing']);
      assert.deepEqual(
        port.problems.map(({ code, device }) => [code, device]),
        [['no-such-device', 'nothing']],
      );
      port.end();
      await until(() => port.ended !== undefined);
      assert.match(port.ended ?? 'still running', /^0 /);
    });

    it('frees everything when closed, twice even, and lets the process end', async () => {
      const port = await open();
      const open1 = (await port.ask({ do: 'resources' })).resources!;
      assert.equal(open1.now.sockets - open1.before.sockets, 2);
      await port.ask({ do: 'close' });
      const closed = (await port.ask({ do: 'resources' })).resources!;
      assert.deepEqual(
        [closed.now.sockets, closed.now.rings],
        [closed.before.sockets, closed.before.rings],
        JSON.stringify({ open1, closed }),
      );
      await network.send('q0', [makeFrame(64)]);
      port.tell({ do: 'transmit', port: 0, hex: hex(makeFrame(64)) });
      await pause(100);
      assert.equal(port.heard.length, 0);
      port.end();
      await until(() => port.ended !== undefined);
      assert.match(port.ended ?? 'still running', /^0 /);
    });
  });
}

/**
 * Compiled with assertions, `cap` ends the process when an interface goes down (`assert(status == 0)` in its poll callback);
 * that is how the agent hears of it, and it starts the process again. Compiled with -DNDEBUG, as in the node image and by
 * scripts/setup.mjs, it goes on.
 */
function endedByAssertion({ ended }: PortProcess): boolean {
  if (ended === undefined || !/cb_packets.*Assertion/.test(ended)) return false;
  console.log('      this cap was compiled with assertions: it ended its process, as the agent would notice');
  return true;
}

function missing(name: PortName): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    require(name === 'cap' ? 'cap' : 'koffi');
    return undefined;
  } catch (error) {
    return `${name === 'cap' ? 'cap' : 'koffi'} cannot be loaded: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** A frame of an EtherType for experiments, whose bytes are all its own. */
function makeFrame(length: number, number = 0, destination = '020000000001'): Buffer {
  const frame = Buffer.alloc(length);
  Buffer.from(`${destination}0200000000fe88b5`, 'hex').copy(frame);
  for (let i = 14; i < length; i++) frame[i] = number * 31 + i * 7;
  if (length >= 18) frame.writeUInt32BE(number, 14);
  return frame;
}

function hex(frame: Uint8Array): string {
  return Buffer.from(frame).toString('hex');
}
