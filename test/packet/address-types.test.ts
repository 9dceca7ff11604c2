import assert from 'node:assert/strict';
import { macHead } from '../../src/forwarder/port.ts';
import { isUnicast } from '../../src/forwarder/headers.ts';
import * as address from '../../src/packet/address.ts';
import { BROADCAST_MAC, type Ipv4, type Mac, type SignedIpv4 } from '../../src/packet/address.ts';

/** Each line that the compiler is to refuse stands under a directive that is an error itself where it does not. */
describe('an address has a type', () => {
  const ipv4 = address.parseIpv4('200.0.0.1')!;
  const signed = address.toSigned(ipv4);

  it('a bare number is none', () => {
    // @ts-expect-error -- a bare number
    assert.equal(address.formatIpv4(0xc8000001), '200.0.0.1');
    // @ts-expect-error -- a bare number
    assert.equal(address.formatMac(1), '00:00:00:00:00:01');
    // @ts-expect-error -- a bare number
    assert.equal(address.inSubnet(ipv4, 0xc8000000, 24), true);
    // @ts-expect-error -- a bare number
    const written: Ipv4 = 0xc8000001;
    // @ts-expect-error -- a bare number
    const word: SignedIpv4 = 0xc8000001 | 0;
    // @ts-expect-error -- a bare number
    const bits: Mac = 1;
    assert.deepEqual([written, word, bits], [ipv4, signed, 1]);
  });

  it('arithmetic makes a number of it again', () => {
    // @ts-expect-error -- a bare number
    assert.equal(address.formatIpv4(ipv4 + 1), '200.0.0.2');
    // @ts-expect-error -- a bare number
    assert.equal(address.toUnsigned(signed & -256), 0xc8000000);
  });

  it('a signed word is no unsigned one, nor the other way about', () => {
    // @ts-expect-error -- a signed word
    assert.equal(address.toSigned(signed), signed);
    // @ts-expect-error -- an unsigned one
    assert.equal(isUnicast(ipv4), true);
    // @ts-expect-error -- never equal, above 127.255.255.255
    assert.equal(ipv4 === signed, false);
  });

  it('a MAC address is no IPv4 address', () => {
    // @ts-expect-error -- a MAC address
    assert.equal(address.formatIpv4(BROADCAST_MAC), '255.255.255.255');
    // @ts-expect-error -- an IPv4 address
    assert.equal(macHead(ipv4), 0xc800);
  });
});
