import { NO_MAC } from '../../src/packet/address.ts';
import assert from 'node:assert/strict';
import { MemoryPort } from '../../src/forwarder/ports/memory.ts';
import { buildArp } from '../../src/packet/build.ts';
import { DIP, directorConfig, hex, M_DIRECTOR, M_SERVER, request, RIP, SYN } from './rig.ts';

const answer = buildArp({
  arp: { operation: 2, senderMac: M_SERVER, senderIp: RIP, targetMac: M_DIRECTOR, targetIp: DIP },
});
/** The server speaks first: only then is an answer that nobody asked for believed. */
const question = buildArp({
  arp: { operation: 1, senderMac: M_SERVER, senderIp: RIP, targetMac: NO_MAC, targetIp: DIP },
});
const forwarded = hex(request(1, SYN, { macs: [M_DIRECTOR, M_SERVER], ttl: 62 }));

describe('memory port', () => {
  it('tells each decision before it sends that decision’s frames', () => {
    const log: string[] = [];
    const port = new MemoryPort(directorConfig(), {
      transmit: (_port, bytes) => void log.push(`frame ${bytes.length}`),
      decide: ({ relation }) => void log.push(relation),
    });
    port.deliver(0, request(1), 0);
    port.deliver(0, answer, 1);
    assert.deepEqual(log, ['held', 'originated', 'frame 42', 'consumed', 'forwarded', 'frame 54']);
  });

  it('says whether packets wait for a neighbour', () => {
    const port = new MemoryPort(directorConfig(), { transmit: () => undefined });
    const holds: boolean[] = [];
    for (const frame of [answer, request(1), request(2)].reverse()) {
      port.deliver(0, frame, 0);
      holds.push(port.forwarder.holds);
    }
    assert.deepEqual(holds, [true, true, false]);
  });

  it('decides the same whatever the seed of its hash', () => {
    const told = (seed: number): string => {
      const log: string[] = [];
      const port = new MemoryPort(
        directorConfig(),
        {
          transmit: (_port, bytes) => void log.push(hex(bytes)),
          decide: (decision) => void log.push(JSON.stringify(decision)),
        },
        seed,
      );
      port.deliver(0, answer, 0);
      for (let i = 0; i < 500; i++) port.deliver(0, request(1 + (i % 200)), i);
      return log.join('\n');
    };
    assert.equal(told(0x7fff_ffff), told(0));
  });

  it('makes no decisions when nobody watches', () => {
    const sent: Uint8Array[] = [];
    const port = new MemoryPort(directorConfig(), { transmit: (_port, bytes) => void sent.push(bytes) });
    port.deliver(0, question, 0);
    port.deliver(0, answer, 0);
    port.deliver(0, request(1), 0);
    assert.deepEqual(sent.map(hex), [forwarded]);
  });

  it('leaves the given bytes alone and hands out bytes of the receiver’s own', () => {
    const sent: Uint8Array[] = [];
    const port = new MemoryPort(directorConfig(), { transmit: (_port, bytes) => void sent.push(bytes) });
    const given = request(1);
    port.deliver(0, question, 0);
    port.deliver(0, answer, 0);
    port.deliver(0, given, 0);
    port.deliver(0, request(2), 0);
    assert.equal(hex(given), hex(request(1)));
    assert.equal(hex(sent[0]!), forwarded);
    assert.equal(sent[0]!.buffer.byteLength, sent[0]!.length);
  });

  it('may be given the next frame while it sends', () => {
    const sent: string[] = [];
    const port: MemoryPort = new MemoryPort(directorConfig(), {
      transmit: (_port, bytes) => {
        sent.push(hex(bytes));
        if (sent.length === 1) port.deliver(0, answer, 0);
      },
    });
    port.deliver(0, request(1), 0);
    assert.equal(sent.length, 2);
    assert.equal(sent[1], forwarded);
  });

  it('takes frames of any length', () => {
    const port = new MemoryPort(directorConfig(), { transmit: () => undefined });
    for (const length of [0, 1, 2048, 2049, 70_000]) port.deliver(0, new Uint8Array(length), 0);
  });

  it('does what was due before it takes a frame', () => {
    const log: string[] = [];
    const port = new MemoryPort(directorConfig(), {
      transmit: () => undefined,
      decide: ({ relation, rule }) => void log.push(`${relation} ${rule}`),
    });
    port.deliver(0, request(1), 0);
    assert.equal(port.nextTimer(), 1000);
    port.deliver(0, request(2), 1500);
    assert.deepEqual(log.slice(2), ['originated neighbour', 'held schedule']);
  });
});
