import fc from 'fast-check';
import type { ForwarderConfig } from '../../../src/forwarder/config.ts';
import { IPVS_TIMEOUTS } from '../../../src/forwarder/config.ts';
import type { Plan, PlannedNode, PlannedSegment } from '../../../src/lab/topology/plan.ts';
import { asIpv4, NO_ADDRESS } from '../../../src/packet/address.ts';

const small = fc.integer({ min: 0, max: 2 });
const address = small.map(asIpv4);
const names = ['a', 'b', 'c', 'd', 'e', 'f'];

const segment: fc.Arbitrary<PlannedSegment> = fc.record(
  {
    name: fc.constantFrom(...names),
    network: address,
    prefixLength: fc.constant(24),
    mtu: small,
  },
  { noNullPrototype: true },
);

const forwarder: fc.Arbitrary<ForwarderConfig> = fc.record(
  {
    interfaces: fc.constant([]),
    routes: fc.constantFrom([], [{ network: NO_ADDRESS, prefixLength: 0, via: asIpv4(1) }]),
    services: fc.constant([]),
    decrementTtl: fc.boolean(),
    timeouts: fc.constant(IPVS_TIMEOUTS),
    maxConnections: small,
    noEntry: fc.constantFrom('drop', 'reset'),
    onRemove: fc.constantFrom('reset', 'silent'),
    connReuseMode: fc.constantFrom(0, 1, 2),
    expireQuiescentTemplate: fc.boolean(),
    sloppyTcp: fc.boolean(),
  },
  { noNullPrototype: true },
);

const node: fc.Arbitrary<PlannedNode> = fc.record(
  {
    name: fc.constantFrom(...names),
    role: fc.constantFrom('client', 'router', 'director', 'server'),
    interfaces: fc.constant([]),
    loopback: fc.array(address, { maxLength: 2 }),
    routes: fc.constant([]),
    sysctls: fc.constant({ ip_forward: 0, arp_ignore: 0, arp_announce: 0, rp_filter: 0, send_redirects: 0 }),
    forwarder,
    decapsulate: fc.boolean(),
    listen: fc.constant([]),
  },
  {
    noNullPrototype: true,
    requiredKeys: ['name', 'role', 'interfaces', 'loopback', 'routes', 'sysctls', 'decapsulate', 'listen'],
  },
) as fc.Arbitrary<PlannedNode>;

/** Few names and few values, so that two plans have much in common: removed, changed, added and moved at once. */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc.record(
  {
    lab: fc.constantFrom('lab', 'other'),
    model: fc.constantFrom('nat', 'dnat', 'dr', 'tun'),
    segments: fc.uniqueArray(segment, { selector: ({ name }) => name, maxLength: 6 }),
    nodes: fc.uniqueArray(node, { selector: ({ name }) => name, maxLength: 6 }),
    services: fc.constantFrom(
      [],
      [
        {
          name: 'web',
          model: 'dr',
          vip: asIpv4(1),
          protocol: 'tcp',
          port: 80,
          snat: true,
          director: 'a',
          servers: [],
        } as const,
      ],
    ),
    traffic: fc.constant([]),
    expect: fc.constantFrom({ outcomes: [], broken: [], explanations: [], problems: [] }, {
      outcomes: ['lost'],
      broken: ['headers'],
      explanations: [],
      problems: [],
    } as const),
  },
  { noNullPrototype: true, requiredKeys: ['lab', 'model', 'segments', 'nodes', 'services', 'traffic'] },
) as fc.Arbitrary<Plan>;
