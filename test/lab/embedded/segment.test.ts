import assert from 'node:assert/strict';
import { VirtualClock } from '../../../src/lab/embedded/clock.ts';
import { Segment, type SegmentPort } from '../../../src/lab/embedded/segment.ts';
import { asMac, BROADCAST_MAC, type Mac } from '../../../src/packet/address.ts';
import * as ethernet from '../../../src/packet/ethernet.ts';

const [A, B, C] = [asMac(0x0a), asMac(0x0b), asMac(0x0c)];

function frame(source: Mac, destination: Mac, size = 46): Uint8Array {
  return ethernet.encode({ source, destination, etherType: 0x0800 }, new Uint8Array(size));
}

class Plug implements SegmentPort {
  down = false;
  mtu = 1500;
  delayNs = 0;
  readonly got: { readonly timeNs: number; readonly frame: Uint8Array }[] = [];
  readonly #clock: VirtualClock;
  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }
  arrive(bytes: Uint8Array): void {
    this.got.push({ timeNs: this.#clock.now(), frame: bytes });
  }
}

function bench() {
  const clock = new VirtualClock();
  const segment = new Segment('s', clock);
  const plugs = [new Plug(clock), new Plug(clock), new Plug(clock)] as const;
  for (const plug of plugs) segment.attach(plug);
  const counts = () => {
    clock.runUntil(clock.now() + 1e9);
    return plugs.map(({ got }) => got.splice(0).length);
  };
  return { clock, segment, plugs, counts };
}

describe('Segment', () => {
  it('floods what it has not learned, and broadcasts always', () => {
    const { segment, plugs, counts } = bench();
    segment.transmit(plugs[0], frame(A, B));
    assert.deepEqual(counts(), [0, 1, 1]);
    segment.transmit(plugs[1], frame(B, BROADCAST_MAC));
    assert.deepEqual(counts(), [1, 0, 1]);
  });

  it('sends to one port once it has seen the MAC there', () => {
    const { segment, plugs, counts } = bench();
    segment.transmit(plugs[1], frame(B, A));
    counts();
    segment.transmit(plugs[0], frame(A, B));
    assert.deepEqual(counts(), [0, 1, 0]);
  });

  it('follows a MAC that moves, and forgets a port that is unplugged', () => {
    const { segment, plugs, counts } = bench();
    segment.transmit(plugs[1], frame(B, C));
    segment.transmit(plugs[2], frame(B, C));
    counts();
    segment.transmit(plugs[0], frame(A, B));
    assert.deepEqual(counts(), [0, 0, 1]);
    segment.detach(plugs[2]);
    segment.transmit(plugs[0], frame(A, B));
    assert.deepEqual(counts(), [0, 1, 0]);
  });

  it('does not send back where a frame came from', () => {
    const { segment, plugs, counts } = bench();
    segment.transmit(plugs[0], frame(B, C));
    counts();
    segment.transmit(plugs[0], frame(A, B));
    assert.deepEqual(counts(), [0, 0, 0]);
  });

  it('takes 50 µs and the delay of the port, and keeps the order when the delay shrinks', () => {
    const { clock, segment, plugs } = bench();
    plugs[0].delayNs = 1e6;
    segment.transmit(plugs[0], frame(A, B, 46));
    plugs[0].delayNs = 0;
    segment.transmit(plugs[0], frame(A, B, 47));
    clock.runUntil(1e9);
    assert.deepEqual(
      plugs[1].got.map(({ timeNs, frame: { length } }) => [timeNs, length]),
      [
        [1_050_000, 60],
        [1_050_000, 61],
      ],
    );
  });

  it('gives nothing to a port that is down, nor a frame beyond its MTU', () => {
    const { segment, plugs, counts } = bench();
    plugs[1].down = true;
    plugs[2].mtu = 100;
    segment.transmit(plugs[0], frame(A, B, 105));
    assert.deepEqual(counts(), [0, 0, 0]);
    segment.transmit(plugs[0], frame(A, B, 104));
    assert.deepEqual(counts(), [0, 0, 1]);
  });
});
