import assert from 'node:assert/strict';
import { Addresses } from '../../src/forwarder/addresses.ts';
import { makePort } from '../../src/forwarder/port.ts';
import { type SignedIpv4, toSigned } from '../../src/packet/address.ts';
import { directorConfig, EXT, ip, natConfig, SIP, VIP } from './rig.ts';

const signed = (text: string): SignedIpv4 => toSigned(ip(text));

function knowing(config: ReturnType<typeof directorConfig>): Addresses {
  const addresses = new Addresses({ portTowards: () => undefined });
  addresses.configure(config);
  return addresses;
}

describe('addresses', () => {
  it('no other machine can have: the director’s own, VIPs, broadcasts, those of no host', () => {
    const addresses = knowing(directorConfig());
    const martians = [
      '10.0.2.2',
      '10.0.2.100',
      '10.0.2.255',
      '0.0.0.1',
      '127.0.0.1',
      '224.0.0.5',
      '255.255.255.255',
    ];
    for (const text of martians) assert.equal(addresses.isMartian(signed(text)), true, text);
    for (const text of ['10.0.2.1', '10.0.2.254', '10.0.1.255', '10.0.3.255', '192.0.2.1'])
      assert.equal(addresses.isMartian(signed(text)), false, text);
  });

  it('a link of two addresses has no broadcast address (RFC 3021)', () => {
    const config = directorConfig();
    for (const [prefixLength, is] of [
      [31, false],
      [30, true],
      [32, false],
    ] as const) {
      const addresses = knowing({ ...config, interfaces: [{ ...config.interfaces[0]!, prefixLength }] });
      assert.equal(addresses.isBroadcast(signed('10.0.2.3')), is, String(prefixLength));
    }
  });

  it('behind which hosts of the inside are sent out: what is beyond the outside interface, and not its own', () => {
    const config = natConfig();
    const [inside, outside] = config.interfaces.map(makePort);
    const addresses = new Addresses({ portTowards: () => outside });
    addresses.configure(config);
    assert.equal(addresses.crossesNat(toSigned(SIP), inside!), true);
    assert.equal(addresses.crossesNat(toSigned(SIP), outside!), false);
    assert.equal(addresses.crossesNat(toSigned(EXT), inside!), false);
    assert.equal(addresses.crossesNat(signed('203.0.113.255'), inside!), false);
    assert.equal(addresses.crossesNat(signed('224.0.0.5'), inside!), false);
  });

  it('and ports behind which connections of the forwarder’s may stand', () => {
    const nat = knowing(natConfig());
    assert.equal(nat.isPooled(toSigned(EXT), 40000), true);
    assert.equal(nat.isPooled(toSigned(EXT), 39999), false);
    assert.equal(nat.isPooled(signed('192.168.1.1'), 40000), false);
    const dnat = knowing(directorConfig({ model: 'dnat', snat: true }));
    assert.equal(dnat.isPooled(signed('10.0.2.2'), 40999), true);
    assert.equal(dnat.isPooled(signed('10.0.2.2'), 41000), false);
    assert.equal(dnat.isPooled(toSigned(VIP), 40000), false);
    assert.equal(knowing(directorConfig({ model: 'dnat' })).isPooled(signed('10.0.2.2'), 40000), false);
  });
});
