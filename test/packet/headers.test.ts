import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asIpv4, asMac, NO_ADDRESS } from '../../src/packet/address.ts';
import * as arp from '../../src/packet/arp.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import * as icmp from '../../src/packet/icmp.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { checksum, pseudoHeaderSum } from '../../src/packet/checksum.ts';
import type { PacketProblem } from '../../src/packet/layers.ts';
import * as tcp from '../../src/packet/tcp.ts';
import * as udp from '../../src/packet/udp.ts';
import { header, ip, macs } from './sample.ts';
import { fromHex, toHex } from './vectors.ts';

const bits = (count: number): fc.Arbitrary<number> => fc.maxSafeNat().map((n) => n % 2 ** count);
const addresses = bits(32).map(asIpv4);
const macAddresses = bits(48).map(asMac);
const payload = fc.uint8Array({ maxLength: 64 });
/** Any length from 0 to 40 that is a multiple of 4: others are padded. */
const options = fc
  .uint8Array({ maxLength: 10 })
  .map((bytes) => Uint8Array.from([...bytes].flatMap((b) => [b, 1, 2, 3])));

/** The fields that were given, out of a decoded record. */
function pick<T extends object>(record: object, like: T): unknown {
  return Object.fromEntries(Object.keys(like).map((key) => [key, (record as Record<string, unknown>)[key]]));
}

describe('headers: what is encoded decodes to the same', () => {
  it('Ethernet', () => {
    const any = fc.record({ destination: macAddresses, source: macAddresses, etherType: bits(16) });
    fc.assert(
      fc.property(any, payload, (x, data) => {
        const bytes = ethernet.encode(x, data);
        const record = header(ethernet.decode(bytes, 0, bytes.length));
        assert.deepEqual(pick(record, x), { ...x });
        assert.deepEqual([record.start, record.end], [0, 14]);
        assert.deepEqual(bytes.slice(14), data);
      }),
    );
  });

  it('ARP', () => {
    const any = fc.record({
      operation: bits(16),
      senderMac: macAddresses,
      senderIp: addresses,
      targetMac: macAddresses,
      targetIp: addresses,
    });
    fc.assert(
      fc.property(any, (x) => {
        const bytes = arp.encode(x);
        assert.deepEqual(pick(header(arp.decode(bytes, 0, bytes.length)), x), { ...x });
      }),
    );
  });

  it('IPv4', () => {
    const any = fc.record({
      source: addresses,
      destination: addresses,
      protocol: bits(8),
      trafficClass: bits(8),
      id: bits(16),
      dontFragment: fc.boolean(),
      moreFragments: fc.boolean(),
      fragmentOffset: bits(13).map((n) => n * 8),
      ttl: bits(8),
      options,
    });
    fc.assert(
      fc.property(any, payload, (x, data) => {
        const bytes = ipv4.encode(x, data);
        const record = header(ipv4.decode(bytes, 0, bytes.length));
        assert.deepEqual(pick(record, x), { ...x });
        assert.equal(record.totalLength, bytes.length);
        assert.equal(record.end, 20 + x.options.length);
        assert.ok(record.checksumOk);
        assert.deepEqual(bytes.slice(record.end), data);
      }),
    );
  });

  it('TCP', () => {
    const any = fc.record({
      sourcePort: bits(16),
      destinationPort: bits(16),
      sequence: bits(32),
      acknowledgement: bits(32),
      flags: bits(8),
      window: bits(16),
      urgent: bits(16),
      options,
    });
    fc.assert(
      fc.property(any, payload, addresses, addresses, (x, data, source, destination) => {
        const bytes = tcp.encode(x, data, source, destination);
        const record = header(tcp.decode(bytes, 0, bytes.length));
        assert.deepEqual(pick(record, x), { ...x });
        assert.equal(record.end, 20 + x.options.length);
        assert.equal(
          checksum(bytes, 0, bytes.length, pseudoHeaderSum(source, destination, 6, bytes.length)),
          0,
        );
        assert.deepEqual(bytes.slice(record.end), data);
      }),
    );
  });

  it('UDP', () => {
    const any = fc.record({ sourcePort: bits(16), destinationPort: bits(16) });
    fc.assert(
      fc.property(any, payload, addresses, addresses, (x, data, source, destination) => {
        const bytes = udp.encode(x, data, source, destination);
        const record = header(udp.decode(bytes, 0, bytes.length));
        assert.deepEqual(pick(record, x), { ...x });
        assert.equal(record.length, bytes.length);
        assert.notEqual(record.checksum, 0);
        assert.equal(
          checksum(bytes, 0, bytes.length, pseudoHeaderSum(source, destination, 17, bytes.length)),
          0,
        );
      }),
    );
  });

  it('ICMP', () => {
    const any = fc.record({ type: bits(8), code: bits(8), rest: bits(32) });
    fc.assert(
      fc.property(any, payload, (x, data) => {
        const bytes = icmp.encode(x, data);
        assert.deepEqual(pick(header(icmp.decode(bytes, 0, bytes.length)), x), { ...x });
        assert.equal(checksum(bytes, 0, bytes.length), 0);
      }),
    );
  });

  it('options are padded to 4 bytes and cut at 40', () => {
    const ipHeader = {
      source: asIpv4(1),
      destination: asIpv4(2),
      protocol: 6,
      options: Uint8Array.of(7, 8, 9),
    };
    assert.deepEqual(
      header(ipv4.decode(ipv4.encode(ipHeader, new Uint8Array()), 0, 24)).options,
      Uint8Array.of(7, 8, 9, 0),
    );
    const long = tcp.encode(
      { sourcePort: 1, destinationPort: 2, flags: 0, options: new Uint8Array(50).fill(1) },
      new Uint8Array(),
      NO_ADDRESS,
      NO_ADDRESS,
    );
    assert.equal(long.length, 60);
    assert.equal(header(tcp.decode(long, 0, 60)).options.length, 40);
  });
});

describe('headers: getters and setters meet the same bytes', () => {
  it('IPv4', () => {
    const bytes = new Uint8Array(20);
    bytes[0] = 0x45;
    ipv4.setTotalLength(bytes, 0, 0x1234);
    ipv4.setId(bytes, 0, 0x5678);
    ipv4.setFragment(bytes, 0, ipv4.DONT_FRAGMENT | ipv4.MORE_FRAGMENTS | 3);
    ipv4.setTtl(bytes, 0, 63);
    ipv4.setSource(bytes, 0, ip('200.0.0.1'));
    ipv4.setDestination(bytes, 0, ip('10.0.0.2'));
    ipv4.fillHeaderChecksum(bytes, 0);
    assert.deepEqual(
      [
        ipv4.totalLengthOf(bytes, 0),
        ipv4.idOf(bytes, 0),
        ipv4.dontFragmentOf(bytes, 0),
        ipv4.moreFragmentsOf(bytes, 0),
        ipv4.fragmentOffsetOf(bytes, 0),
        ipv4.isFragment(bytes, 0),
        ipv4.ttlOf(bytes, 0),
        ipv4.sourceOf(bytes, 0),
        ipv4.destinationOf(bytes, 0),
        ipv4.headerChecksumOk(bytes, 0),
      ],
      [0x1234, 0x5678, true, true, 24, true, 63, 0xc8000001, 0x0a000002, true],
    );
  });

  it('Ethernet, TCP, UDP, ICMP', () => {
    const bytes = new Uint8Array(24);
    ethernet.setDestination(bytes, 2, macs.destination);
    ethernet.setSource(bytes, 2, asMac(0xffeeddccbbaa));
    assert.equal(ethernet.destinationOf(bytes, 2), macs.destination);
    assert.equal(ethernet.sourceOf(bytes, 2), 0xffeeddccbbaa);
    for (const l4 of [tcp, udp]) {
      l4.setSourcePort(bytes, 1, 0xfffe);
      l4.setDestinationPort(bytes, 1, 80);
      l4.setChecksum(bytes, 1, 0xabcd);
      assert.deepEqual(
        [l4.sourcePortOf(bytes, 1), l4.destinationPortOf(bytes, 1), l4.checksumOf(bytes, 1)],
        [0xfffe, 80, 0xabcd],
      );
    }
    icmp.setIdentifier(bytes, 0, 0x1234);
    icmp.setNextHopMtu(bytes, 0, 1480);
    icmp.setChecksum(bytes, 0, 0xbeef);
    assert.deepEqual(
      [
        icmp.identifierOf(bytes, 0),
        icmp.sequenceOf(bytes, 0),
        icmp.nextHopMtuOf(bytes, 0),
        icmp.restOf(bytes, 0),
      ],
      [0x1234, 1480, 1480, 0x123405c8],
    );
    assert.equal(icmp.checksumOf(bytes, 0), 0xbeef);
  });

  it('views read at an offset exactly what they read at 0', () => {
    const packet = ipv4.encode(
      { source: asIpv4(1), destination: asIpv4(2), protocol: 6, id: 9 },
      Uint8Array.of(1, 2, 3),
    );
    const buffer = new Uint8Array(100).fill(0xff);
    buffer.set(packet, 33);
    const there = header(ipv4.decode(buffer, 33, 33 + packet.length));
    const here = header(ipv4.decode(packet, 0, packet.length));
    assert.deepEqual({ ...there, start: 0, end: 20 }, here);
  });
});

describe('headers: what is wrong', () => {
  type Check = (bytes: Uint8Array, at: number, end: number) => PacketProblem | undefined;
  const ipHeader = '4500001c0000000040060000 0a000001 0a000002'.replaceAll(' ', '');
  const cases: [string, Check, string, PacketProblem['problem'] | undefined][] = [
    ['Ethernet', ethernet.check, '00'.repeat(14), undefined],
    ['Ethernet, 13 bytes', ethernet.check, '00'.repeat(13), 'truncated'],
    ['ARP', arp.check, `0001080006040001${'00'.repeat(20)}`, undefined],
    ['ARP, 27 bytes', arp.check, `0001080006040001${'00'.repeat(19)}`, 'truncated'],
    ['ARP, 7 bytes', arp.check, '00010800060400', 'truncated'],
    ['ARP for token ring', arp.check, `0006080006040001${'00'.repeat(20)}`, 'unsupported'],
    ['ARP for another protocol', arp.check, `000186dd06100001${'00'.repeat(40)}`, 'unsupported'],
    ['IPv4', ipv4.check, `${ipHeader}${'00'.repeat(8)}`, undefined],
    ['IPv4 and a trailer', ipv4.check, `${ipHeader}${'00'.repeat(20)}`, undefined],
    ['IPv4, payload cut', ipv4.check, `${ipHeader}${'00'.repeat(7)}`, 'truncated'],
    ['IPv4, header only, as a header', ipv4.checkHeader, ipHeader, undefined],
    ['IPv4, nothing', ipv4.check, '', 'truncated'],
    ['IPv4, 19 bytes', ipv4.check, ipHeader.slice(0, 38), 'truncated'],
    ['IPv6', ipv4.check, `6${ipHeader.slice(1)}`, 'bad-version'],
    ['IPv4, IHL 4', ipv4.check, `44${ipHeader.slice(2)}`, 'bad-header-length'],
    ['IPv4, total length 19', ipv4.check, `45000013${ipHeader.slice(8)}`, 'bad-length'],
    [
      'IPv4, options beyond the total length',
      ipv4.check,
      `48${ipHeader.slice(2)}${'00'.repeat(12)}`,
      'bad-length',
    ],
    ['IPv4, options beyond the bytes', ipv4.check, `47${ipHeader.slice(2)}${'00'.repeat(4)}`, 'truncated'],
    ['TCP', tcp.check, `${'00'.repeat(12)}50${'00'.repeat(7)}`, undefined],
    ['TCP, 19 bytes', tcp.check, `${'00'.repeat(12)}50${'00'.repeat(6)}`, 'truncated'],
    ['TCP, data offset 4', tcp.check, `${'00'.repeat(12)}40${'00'.repeat(7)}`, 'bad-header-length'],
    ['TCP, data offset beyond', tcp.check, `${'00'.repeat(12)}60${'00'.repeat(7)}`, 'bad-header-length'],
    ['UDP', udp.check, '0001000200080000', undefined],
    ['UDP with surplus bytes', udp.check, '000100020008000011', undefined],
    ['UDP, 7 bytes', udp.check, '00010002000800', 'truncated'],
    ['UDP, length 7', udp.check, '0001000200070000', 'bad-length'],
    ['UDP, length beyond', udp.check, '0001000200090000', 'bad-length'],
    ['ICMP', icmp.check, '0800000000000000', undefined],
    ['ICMP, 7 bytes', icmp.check, '08000000000000', 'truncated'],
  ];
  for (const [name, check, hex, problem] of cases) {
    it(name, () => {
      const bytes = fromHex(hex);
      const found = check(bytes, 0, bytes.length);
      assert.equal(found?.problem, problem, toHex(bytes));
      if (found !== undefined) assert.equal(found.at, 0);
    });
  }
});
