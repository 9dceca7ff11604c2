import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ForwarderRoute } from '../../src/forwarder/config.ts';
import { NeighbourTable } from '../../src/forwarder/neighbours/neighbour-table.ts';
import { Output } from '../../src/forwarder/output.ts';
import { makePort } from '../../src/forwarder/port.ts';
import { RouteTable } from '../../src/forwarder/routes.ts';
import { asIpv4, type Ipv4, toSigned } from '../../src/packet/address.ts';
import { formatIpv4 } from '../../src/packet/address.ts';
import { directorConfig, ip } from './rig.ts';

/** Whom a packet is handed to. */

const [only] = directorConfig().interfaces;
const INTERFACES = [
  { ...only!, address: ip('10.0.2.2'), prefixLength: 24 },
  { ...only!, address: ip('200.0.0.1'), prefixLength: 30 },
  // Inside the first one.
  { ...only!, address: ip('10.0.2.130'), prefixLength: 26 },
];
const PORTS = INTERFACES.map(makePort);
const GATEWAYS = ['10.0.2.1', '200.0.0.2', '9.9.9.9', '10.0.3.1'].map(ip);

const bitsOf = (address: number): string => address.toString(2).padStart(32, '0');
const covers = (network: Ipv4, prefixLength: number, address: Ipv4): boolean =>
  bitsOf(network).slice(0, prefixLength) === bitsOf(address).slice(0, prefixLength);

/** `port gateway`: by the longest prefix; of equals a subnet of the director's own, then the first. */
function expected(routes: readonly ForwarderRoute[], destination: Ipv4): string | undefined {
  const connected = INTERFACES.map(({ address, prefixLength }, port) => ({
    network: address,
    prefixLength,
    port,
    whom: destination,
  }));
  const others = routes.flatMap(({ network, prefixLength, via }) => {
    const port = INTERFACES.findIndex((one) => covers(one.address, one.prefixLength, via));
    return port < 0 ? [] : [{ network, prefixLength, port, whom: via }];
  });
  const found = [...connected, ...others]
    .filter(({ network, prefixLength }) => covers(network, prefixLength, destination))
    .toSorted((a, b) => b.prefixLength - a.prefixLength)
    .at(0);
  return found && `${found.port} ${formatIpv4(found.whom)}`;
}

describe('routes', () => {
  const near = fc.constantFrom(...['10.0.2.0', '10.0.3.0', '200.0.0.0', '10.1.2.3', '127.255.0.1'].map(ip));
  const anAddress = fc.oneof(
    near,
    fc.tuple(near, fc.nat(255)).map(([base, low]) => asIpv4(((base & ~255) + low) >>> 0)),
    fc.nat(0xffff_ffff).map((number) => asIpv4(number)),
  );
  const aRoute = fc.record({
    network: anAddress,
    prefixLength: fc.integer({ min: 0, max: 32 }),
    via: fc.constantFrom(...GATEWAYS),
  });

  it('the longest prefix wins, its gateway must be near (against prefixes as text)', () => {
    fc.assert(
      fc.property(
        fc.array(aRoute, { maxLength: 8 }),
        fc.array(anAddress, { maxLength: 20 }),
        (routes, destinations) => {
          const table = new RouteTable(new NeighbourTable(new Output()));
          table.configure(PORTS, routes);
          const all = [...destinations, ...routes.map(({ network }) => network), ...GATEWAYS];
          for (const destination of all) {
            const hop = table.nextHop(toSigned(destination));
            const told = hop && `${hop.port.index} ${formatIpv4(asIpv4(hop.address >>> 0))}`;
            assert.equal(told, expected(routes, destination));
            assert.equal(table.portTowards(toSigned(destination)), hop?.port);
          }
        },
      ),
    );
  });
});
