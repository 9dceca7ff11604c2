import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addressAfter,
  asIpv4,
  asMac,
  formatIpv4,
  formatMac,
  inSubnet,
  isLoopback,
  lastOf,
  masked,
  networkOf,
  parseCidr,
  parseIpv4,
  parseMac,
  prefixMask,
  toSigned,
  toUnsigned,
} from '../../src/packet/address.ts';

describe('addresses', () => {
  const ipv4: [string, number | undefined][] = [
    ['0.0.0.0', 0],
    ['10.0.0.1', 0x0a000001],
    ['255.255.255.255', 0xffffffff],
    ['10.0.0', undefined],
    ['10.0.0.0.1', undefined],
    ['10.0.0.256', undefined],
    ['10.0.0.01', undefined],
    ['10.0.0.-1', undefined],
    ['10.0.0.1 ', undefined],
    ['0x0a.0.0.1', undefined],
    ['', undefined],
  ];
  for (const [text, address] of ipv4) {
    it(`IPv4 ${JSON.stringify(text)}`, () => assert.equal(parseIpv4(text), address));
  }

  const macAddresses: [string, number | undefined][] = [
    ['02:00:00:00:00:0a', 0x02000000000a],
    ['02-00-00-00-00-0A', 0x02000000000a],
    ['ff:ff:ff:ff:ff:ff', 0xffffffffffff],
    ['02:00-00:00:00:0a', undefined],
    ['02:00:00:00:00', undefined],
    ['2:0:0:0:0:a', undefined],
    ['02000000000a', undefined],
  ];
  for (const [text, address] of macAddresses) {
    it(`MAC ${JSON.stringify(text)}`, () => assert.equal(parseMac(text), address));
  }

  it('CIDR keeps the address and clears the host bits of the network', () => {
    assert.deepEqual(parseCidr('10.0.1.2/24'), {
      network: 0x0a000100,
      address: 0x0a000102,
      prefixLength: 24,
    });
    assert.deepEqual(parseCidr('200.0.0.1/32'), {
      network: 0xc8000001,
      address: 0xc8000001,
      prefixLength: 32,
    });
    assert.deepEqual(parseCidr('200.0.0.1/0'), { network: 0, address: 0xc8000001, prefixLength: 0 });
  });

  for (const text of ['10.0.1.2', '10.0.1.2/', '10.0.1.2/33', '10.0.1.2/024', '10.0.1/24', '/24']) {
    it(`${text} is no CIDR`, () => assert.equal(parseCidr(text), undefined));
  }

  it('masks and membership', () => {
    assert.equal(prefixMask(0), 0);
    assert.equal(prefixMask(1), 0x80000000);
    assert.equal(prefixMask(24), 0xffffff00);
    assert.equal(prefixMask(32), 0xffffffff);
    assert.ok(inSubnet(asIpv4(0xc80000ff), asIpv4(0xc8000000), 24));
    assert.ok(!inSubnet(asIpv4(0xc80001ff), asIpv4(0xc8000000), 24));
    assert.ok(inSubnet(asIpv4(1), asIpv4(0xffffffff), 0));
  });

  it('the ends of a subnet, and the way to the next address', () => {
    const address = asIpv4(0xc8000a0b);
    const ends = [0, 24, 32].map((length) => [networkOf(address, length), lastOf(address, length)]);
    assert.deepEqual(ends, [
      [0, 0xffffffff],
      [0xc8000a00, 0xc8000aff],
      [0xc8000a0b, 0xc8000a0b],
    ]);
    assert.deepEqual([addressAfter(address, 2), addressAfter(address, -12)], [0xc8000a0d, 0xc80009ff]);
  });

  it('loopback is 127.0.0.0/8', () => {
    const loopbacks = ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'].map((text) =>
      isLoopback(parseIpv4(text)!),
    );
    assert.deepEqual(loopbacks, [false, true, true, false]);
  });

  it('a signed word is the same 32 bits', () => {
    const signed = toSigned(asIpv4(0xc8000a0b));
    assert.deepEqual([signed, toUnsigned(signed)], [0xc8000a0b | 0, 0xc8000a0b]);
    assert.equal(toUnsigned(masked(signed, prefixMask(24) | 0)), 0xc8000a00);
    assert.equal(toSigned(asIpv4(0x0a000001)), 0x0a000001);
  });

  it('what is formatted parses back', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (address) => parseIpv4(formatIpv4(asIpv4(address))) === address),
    );
    fc.assert(fc.property(fc.maxSafeNat(), (n) => parseMac(formatMac(asMac(n % 2 ** 48))) === n % 2 ** 48));
  });

  it('no text throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseIpv4(text);
        parseMac(text);
        parseCidr(text);
      }),
    );
  });
});
