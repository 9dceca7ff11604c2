import assert from 'node:assert/strict';
import { fillFrame, makeFrame, type Frame } from '../../src/forwarder/frame.ts';
import { Output, send } from '../../src/forwarder/output.ts';
import { Verdict } from '../../src/forwarder/verdict.ts';
import { buildIpv4, buildUdp } from '../../src/packet/build.ts';
import {
  ACK,
  CIP,
  directorConfig,
  hex,
  HOST,
  M_DIRECTOR,
  M_HOST,
  M_INSIDE,
  M_ROUTER,
  M_SERVER,
  M_UPSTREAM,
  natConfig,
  request,
  Rig,
  RIP,
  RS1,
  segment,
  SIP,
  UPSTREAM,
  VIP,
} from './rig.ts';
import { cut } from './fragment-rig.ts';

/** Frames as the forwarder is given them, and verdicts as it gives them. */

/** In a buffer that ends where the frame does. */
function frameOf(bytes: Uint8Array, port = 0): Frame {
  const frame = makeFrame(bytes.length);
  fillFrame(frame, port, bytes);
  return frame;
}

const TO_VIP = {
  ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
  ip: { source: CIP, destination: VIP, ttl: 63 },
} as const;

describe('frames', () => {
  it('of half a TCP or UDP header are malformed, and nothing is read behind them', () => {
    const { forwarder } = new Rig(directorConfig()).port;
    for (const [protocol, shortest] of [
      [6, 20],
      [17, 8],
    ] as const)
      for (let length = 0; length < shortest; length++) {
        // What is there says that all of the header is.
        const payload = Uint8Array.of(0, 5, 0, 80, 0, 8, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0);
        const bytes = buildIpv4({
          ...TO_VIP,
          ip: { ...TO_VIP.ip, protocol },
          payload: payload.subarray(0, length),
        });
        const { relation, reason } = forwarder.receive(frameOf(bytes), 0);
        assert.equal(`${relation} ${reason}`, 'dropped malformed', `${protocol}: ${length}`);
      }
  });

  it('in fragments are the same wherever each stands in its buffer, and also when it ends there', () => {
    const whole = (id: number): Uint8Array =>
      buildUdp({
        ...TO_VIP,
        ip: { ...TO_VIP.ip, id },
        udp: { sourcePort: 5, destinationPort: 80 },
        payload: new Uint8Array(40).fill(id),
      });
    const pieces = [...cut(whole(7), 8), ...cut(whole(8), 8).toReversed()];
    for (const model of ['dr', 'dnat'] as const) {
      const [usual, shifted] = [0, 24].map((shift) => {
        const rig = new Rig(directorConfig({ model, protocol: 'udp' })).learn(RIP, M_SERVER);
        const { forwarder } = rig.port;
        return pieces.flatMap((bytes, place) => {
          // Later ones stand further behind.
          const frame = makeFrame(shift * place + bytes.length);
          frame.bytes.fill(0xa5);
          frame.start += shift * place;
          frame.end = frame.start + bytes.length;
          frame.bytes.set(bytes, frame.start);
          const sent: string[] = [];
          for (
            let verdict: Verdict | undefined = forwarder.receive(frame, 0);
            verdict;
            verdict = verdict.next
          )
            for (const one of verdict.frames.slice(0, verdict.count))
              sent.push(hex(one.bytes.slice(one.start, one.end)));
          return sent;
        });
      });
      assert.equal(usual!.length, 4, model);
      assert.deepEqual(shifted, usual);
    }
  });

  it('of nothing but the header are whole', () => {
    const udp = new Rig(directorConfig({ protocol: 'udp' })).learn(RIP, M_SERVER);
    const empty = buildUdp({ ...TO_VIP, udp: { sourcePort: 5, destinationPort: 80 } });
    assert.equal(udp.give(empty).decisions[0]!.relation, 'forwarded');
    const tcp = new Rig(directorConfig()).learn(RIP, M_SERVER);
    assert.equal(tcp.give(request(5)).decisions[0]!.relation, 'forwarded');
  });

  it('of another EtherType are nobody’s, whatever is in them', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.give(request(5));
    const other = request(5, ACK);
    other.set([0x88, 0xb5], 12);
    assert.deepEqual(rig.give(other), { sent: [], decisions: [] });
  });

  it('are filled anew as if they had never held another', () => {
    const frame = makeFrame(100);
    const fresh = frameOf(Uint8Array.of(1, 2, 3), 4);
    frame.partialChecksum = true;
    frame.start = 3;
    fillFrame(frame, 4, Uint8Array.of(1, 2, 3));
    const shown = ({ port, start, end, partialChecksum }: Frame): unknown[] => [
      port,
      start,
      end,
      partialChecksum,
    ];
    assert.deepEqual(shown(frame), shown(fresh));
    assert.equal(fresh.partialChecksum, false);
  });
});

describe('verdicts', () => {
  it('know nothing of those before them', () => {
    const rig = new Rig(directorConfig({ scheduler: 'sh', servers: [{ ...RS1, weight: 0 }] }));
    const { forwarder } = rig.port;
    forwarder.watched = true;
    assert.notEqual(forwarder.receive(frameOf(request(5)), 0).detail, undefined);
    const [first, last] = [0, 16].map((offset) =>
      buildIpv4({
        ...TO_VIP,
        ip: { ...TO_VIP.ip, protocol: 17, fragmentOffset: offset, moreFragments: offset === 0 },
        payload: new Uint8Array(16),
      }),
    );
    forwarder.receive(frameOf(first!), 0);
    assert.equal(forwarder.receive(frameOf(last!), 0).place, 1);
    const { frames, ...nothing } = forwarder.receive(frameOf(new Uint8Array(14)), 0);
    const { frames: none, ...fresh } = new Verdict();
    assert.deepEqual(nothing, fresh);
    assert.deepEqual(none, []);
    assert.ok(frames.length > 0, 'it held frames before');
  });

  it('about nat name no service and no server', () => {
    const nat = natConfig();
    const { services } = directorConfig({ vip: nat.interfaces[0]!.address });
    const { port } = new Rig({ ...nat, services }).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    for (const flags of [2, ACK]) {
      const given = segment({
        macs: [M_HOST, M_INSIDE],
        addresses: [HOST, SIP],
        ports: [5, 80],
        ttl: 64,
        flags,
      });
      const { relation, service, server } = port.forwarder.receive(frameOf(given), 0);
      assert.deepEqual([relation, service, server], ['forwarded', -1, -1]);
    }
  });

  it('and the frames of the director’s own are used again in the next call', () => {
    const output = new Output();
    const call = (): Frame[] => {
      output.begin();
      const frames = [output.spare(), output.spare(2000), output.spare()];
      for (const frame of frames) send(output.verdict(), frame);
      return frames;
    };
    const first = call();
    assert.equal(new Set(first).size, 3);
    assert.deepEqual(
      call().map((frame) => first.indexOf(frame)),
      [0, 1, 2],
    );
  });
});

describe('a packet of exactly the MTU', () => {
  it('fits through nat, there and back, the first one and those behind it', () => {
    const nat = natConfig();
    const rig = new Rig(nat).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    const payload = 'x'.repeat(1460);
    for (const flags of [2, ACK]) {
      const out = { macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [5, 80], ttl: 64 } as const;
      assert.equal(rig.give(segment({ ...out, flags, payload })).decisions[0]!.relation, 'forwarded');
      assert.equal(
        rig.give(segment({ ...out, flags, payload: `${payload}x` })).decisions[0]!.reason,
        'too-big',
      );
    }
  });
});
