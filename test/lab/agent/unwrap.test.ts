import assert from 'node:assert/strict';
import { fillFrame, makeFrame } from '../../../src/forwarder/frame.ts';
import { macHead, macTail } from '../../../src/forwarder/port.ts';
import { unwrap } from '../../../src/lab/agent/unwrap.ts';
import { asIpv4, asMac } from '../../../src/packet/address.ts';
import { buildTcp, buildUdp, wrapIpip } from '../../../src/packet/build.ts';

const [DIP, RIP] = [asIpv4(0x0a000202), asIpv4(0x0a00020b)];
const MAC = asMac(0x020000000211);
const ethernet = { source: asMac(0x020000000202), destination: MAC };
const own = { macHead: macHead(MAC), macTail: macTail(MAC) };
const link = { source: asMac(0x0a0000000001), destination: asMac(0x0a0000000002) };
const inner = buildTcp({
  ethernet,
  ip: { source: asIpv4(0x0a00010a), destination: asIpv4(0x0a000264) },
  tcp: { sourcePort: 50000, destinationPort: 80, sequence: 1, acknowledgement: 0, flags: 2, window: 1 },
});
const inGue = (port = 6080, header: readonly number[] = [0, 4, 0, 0]): Uint8Array =>
  buildUdp({
    ethernet,
    ip: { source: DIP, destination: RIP },
    udp: { sourcePort: 40000, destinationPort: port, withChecksum: false },
    payload: Uint8Array.from([...header, ...inner.subarray(14)]),
  });
const inIp = wrapIpip({ ethernet, ip: { source: DIP, destination: RIP }, inner });

/** The frame without its wrapper; `undefined` when it is left alone. */
function unwrapped(bytes: Uint8Array, guePorts?: readonly number[]): Uint8Array | undefined {
  const frame = makeFrame(2000);
  fillFrame(frame, 0, bytes);
  return unwrap(frame, own, new Set([RIP]), link, guePorts)
    ? frame.bytes.slice(frame.start, frame.end)
    : undefined;
}

describe('taking a wrapper off', () => {
  const packet = inner.subarray(14);

  it('IP in IP: the packet inside, in a frame between the two ends of the veth pair', () => {
    const frame = unwrapped(inIp)!;
    assert.deepEqual(frame.subarray(14), packet);
    assert.deepEqual([...frame.subarray(0, 14)], [...[0x0a, 0, 0, 0, 0, 2], ...[0x0a, 0, 0, 0, 0, 1], 8, 0]);
  });

  it('GUE: UDP and its four bytes too, at the ports that are named', () => {
    assert.deepEqual(unwrapped(inGue(), [7000, 6080])?.subarray(14), packet);
    // The kernel's padding of short frames is none of it.
    assert.deepEqual(unwrapped(Uint8Array.from([...inGue(), 0, 0, 0]), [6080])?.subarray(14), packet);
    assert.deepEqual(unwrapped(inIp, [6080])?.subarray(14), packet);
  });

  it('leaves alone what is for another port, of another kind, or for somebody else', () => {
    assert.equal(unwrapped(inGue()), undefined);
    assert.equal(unwrapped(inGue(), [6081]), undefined);
    assert.equal(unwrapped(inGue(6080, [0, 41, 0, 0]), [6080]), undefined);
    assert.equal(unwrapped(inner, [6080]), undefined);
    const elsewhere = inGue();
    elsewhere[5] = 0x12;
    assert.equal(unwrapped(elsewhere, [6080]), undefined);
  });
});
