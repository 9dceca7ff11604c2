import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { buildIpv4 } from '../../src/packet/build.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { isProblem } from '../../src/packet/problem.ts';
import {
  ACK,
  directorConfig,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  request,
  Rig,
  RIP,
  RIP2,
  ROUTER,
  RS1,
  RS2,
} from './rig.ts';

/** What the director does with fragments of connections in dr and tun, which it does not put together. */

const config = (model: 'dr' | 'tun', rest: Partial<ForwarderConfig> = {}): ForwarderConfig =>
  directorConfig({ model, servers: [RS1, RS2] }, rest);

/** Two connections: of port 1 with the first server, of port 2 with the second. */
function start(model: 'dr' | 'tun', rest: Partial<ForwarderConfig> = {}): Rig {
  const rig = new Rig(config(model, rest));
  rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2).learn(ROUTER, M_ROUTER);
  for (const port of [1, 2]) rig.give(request(port));
  return rig;
}

/** A segment of `length` bytes of payload, cut behind the first `at` bytes of its IP payload. */
function pieces(port: number, at: number, length: number): Uint8Array[] {
  const whole = request(port, ACK, { dontFragment: false, payload: 'x'.repeat(length) });
  const header = ipv4.decode(whole, 14, whole.length);
  assert.ok(!isProblem(header));
  const payload = whole.subarray(header.end);
  return [0, at].map((fragmentOffset) =>
    buildIpv4({
      ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
      ip: { ...header, fragmentOffset, moreFragments: fragmentOffset === 0 },
      payload: fragmentOffset === 0 ? payload.subarray(0, at) : payload.subarray(at),
    }),
  );
}

const told = (rig: Rig, frame: Uint8Array): string => {
  const { relation, rule, server, reason } = rig.give(frame).decisions[0]!;
  return `${relation} ${rule} ${server} ${reason ?? ''}`.trim();
};

describe('fragments of a connection', () => {
  it('go on one by one, and are counted as packets of the client’s', () => {
    for (const port of [1, 2]) {
      const rig = start('dr');
      const server = `rs${port}`;
      assert.deepEqual(
        pieces(port, 40, 100).map((piece) => told(rig, piece)),
        [`forwarded established ${server}`, `forwarded fragment ${server}`],
      );
      const { servers } = rig.port.forwarder.counters().services[0]!;
      const { packetsIn, bytesIn, packetsOut, bytesOut } = servers[port - 1]!;
      // The SYN, and the segment in two: a header of 20 bytes more.
      assert.deepEqual([packetsIn, bytesIn], [3, 40 + 140 + 20]);
      assert.deepEqual([packetsOut, bytesOut], [0, 0]);
    }
  });

  it('in tun: the later ones too fit the MTU with the outer header', () => {
    const rig = start('tun');
    const given = pieces(1, 40, 20 + 1480);
    assert.equal(given[1]!.length, 14 + 1500);
    const sent = given.flatMap((piece) => rig.give(piece).sent);
    assert.deepEqual(
      sent.map(({ bytes }) => bytes.length),
      // 20 bytes of outer header each: the second is cut, at a multiple of 8 bytes.
      [14 + 80, 14 + 1500, 14 + 20 + 20],
    );
  });

  it('whose server is gone wait to be refused as a whole; those of others go on', () => {
    for (const gone of [1, 2]) {
      const rig = start('dr', { onRemove: 'silent' });
      const servers = [RS1, RS2].filter((_, place) => place !== gone - 1);
      rig.reconfigure({
        ...config('dr', { onRemove: 'silent' }),
        services: directorConfig({ servers }).services,
      });
      for (const port of [1, 2])
        assert.deepEqual(
          pieces(port, 40, 100).map((piece) => told(rig, piece)),
          port === gone
            ? ['held fragment undefined', `dropped established rs${port} server-removed`]
            : [`forwarded established rs${port}`, `forwarded fragment rs${port}`],
        );
    }
  });

  it('whose server is gone since the first one are dropped', () => {
    const rig = start('dr', { onRemove: 'silent' });
    const [first, last] = pieces(1, 40, 100);
    rig.give(first!);
    const services = directorConfig({ servers: [RS2] }).services;
    rig.reconfigure({ ...config('dr', { onRemove: 'silent' }), services });
    assert.equal(told(rig, last!), 'dropped fragment rs1 server-removed');
    assert.deepEqual(rig.drops(), { 'server-removed': 1 });
  });
});
