import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asIpv4, asMac, formatIpv4, type Ipv4 } from '../../src/packet/address.ts';
import { AddressReplacement } from '../../src/packet/address-replacement.ts';
import { ip, mac } from './sample.ts';

const address = fc.integer({ min: 0, max: 0xffff_ffff }).map(asIpv4);

/** How many of the first bits are the same. */
const common = (a: Ipv4, b: Ipv4) => Math.clz32((a ^ b) >>> 0);

describe('addresses in place of others', () => {
  it('are the same each time, and share as long a prefix as those did', () => {
    fc.assert(
      fc.property(fc.array(address, { minLength: 2, maxLength: 20 }), (addresses) => {
        const replacement = new AddressReplacement(Math.random);
        const replaced = addresses.map((one) => replacement.ipv4(one));
        assert.deepEqual(
          addresses.map((one) => replacement.ipv4(one)),
          replaced,
        );
        for (const [at, one] of addresses.entries())
          assert.equal(common(one, addresses[0]!), common(replaced[at]!, replaced[0]!));
      }),
    );
  });

  it('are the same where the address means something by itself', () => {
    const replacement = new AddressReplacement(Math.random);
    for (const one of ['0.0.0.0', '127.0.0.1', '224.0.0.18', '239.1.2.3', '255.255.255.255'])
      assert.equal(formatIpv4(replacement.ipv4(ip(one))), one);
    for (const one of ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:12'])
      assert.equal(replacement.mac(mac(one)), mac(one));
  });

  it('are others in another replacement', () => {
    const some = Array.from({ length: 40 }, (_, at) => asIpv4(0x0a00_0100 + at * 77));
    const [one, two] = [new AddressReplacement(Math.random), new AddressReplacement(Math.random)];
    assert.notDeepEqual(
      some.map((each) => one.ipv4(each)),
      some.map((each) => two.ipv4(each)),
    );
  });

  it('of MACs are individual, given by hand, and each its own', () => {
    const replacement = new AddressReplacement(Math.random);
    const replaced = Array.from({ length: 500 }, (_, at) => replacement.mac(asMac(0x0050_5600_0000 + at)));
    assert.equal(new Set(replaced).size, 500);
    for (const one of replaced) assert.equal(Math.floor(one / 0x100_0000_0000) & 3, 2);
  });

  it('also where they stand in text', () => {
    const replacement = new AddressReplacement(Math.random);
    const vip = formatIpv4(replacement.ipv4(ip('10.0.2.100')));
    assert.equal(replacement.text('10.0.2.100:80 → rs1'), `${vip}:80 → rs1`);
    assert.equal(replacement.text('1.2.3.4.5, 999.1.1.1, v1.2'), '1.2.3.4.5, 999.1.1.1, v1.2');
    assert.notEqual(replacement.text('02:00:00:00:00:01'), '02:00:00:00:00:01');
  });
});
