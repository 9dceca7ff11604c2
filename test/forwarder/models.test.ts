import { buildTcp, wrapIpip } from '../../src/packet/build.ts';
import type { ServiceConfig } from '../../src/forwarder/config.ts';
import {
  ACK,
  assertSent,
  CIP,
  DIP,
  directorConfig,
  EXT,
  HOST,
  M_DIRECTOR,
  M_HOST,
  M_INSIDE,
  M_OUTSIDE,
  M_ROUTER,
  M_SERVER,
  M_UPSTREAM,
  natConfig,
  PSH,
  Rig,
  RIP,
  ROUTER,
  segment,
  SIP,
  SYN,
  UPSTREAM,
  VIP,
  type SegmentFields,
} from './rig.ts';
import assert from 'node:assert/strict';

/** Field for field what the header tables of the models say, on the director's segments. */

const PAYLOAD = 'GET / HTTP/1.1\r\n\r\n';
const OPTIONS = Uint8Array.from([2, 4, 5, 0xb4, 1, 3, 3, 7]);

/** Everything a director must leave alone, set to values that would show. */
const UNTOUCHED = {
  id: 0xbeef,
  trafficClass: 0x2d,
  dontFragment: false,
  sequence: 0xfffffffe,
  acknowledgement: 0x80000001,
  window: 0x1f40,
  tcpOptions: OPTIONS,
  ipOptions: Uint8Array.from([0x94, 4, 0, 0]),
  payload: PAYLOAD,
};

interface Step {
  readonly step: string;
  readonly port?: number;
  readonly given: SegmentFields;
  readonly outPort?: number;
  readonly expected: SegmentFields;
  readonly rule: string;
}

const RSP = { flags: SYN | ACK };
const DATA = { ...UNTOUCHED, flags: PSH | ACK };

function directorSteps(rows: Record<'toServer' | 'fromServer' | 'toClient', SegmentFields>): Step[] {
  const given: SegmentFields = {
    macs: [M_ROUTER, M_DIRECTOR],
    addresses: [CIP, VIP],
    ports: [50000, 80],
    ttl: 63,
  };
  return [
    { step: 'SYN', given, expected: rows.toServer, rule: 'schedule' },
    {
      step: 'SYN-ACK',
      given: { ...rows.fromServer, ...RSP },
      expected: { ...rows.toClient, ...RSP },
      rule: 'reply',
    },
    {
      step: 'data with options',
      given: { ...given, ...DATA },
      expected: { ...rows.toServer, ...DATA },
      rule: 'established',
    },
    {
      step: 'data of the server',
      given: { ...rows.fromServer, ...DATA },
      expected: { ...rows.toClient, ...DATA },
      rule: 'reply',
    },
  ];
}

interface Case {
  readonly model: string;
  readonly service: Partial<ServiceConfig>;
  readonly steps: readonly Step[];
}

const RS1_8080 = { name: 'rs1', address: RIP, port: 8080, weight: 1 };

const DR_OUT: SegmentFields = {
  macs: [M_DIRECTOR, M_SERVER],
  addresses: [CIP, VIP],
  ports: [50000, 80],
  ttl: 62,
};

const CASES: readonly Case[] = [
  {
    model: 'dnat with snat: DIP→RIP, dp→rp and back',
    service: { model: 'dnat', snat: true, servers: [RS1_8080] },
    steps: directorSteps({
      toServer: { macs: [M_DIRECTOR, M_SERVER], addresses: [DIP, RIP], ports: [40000, 8080], ttl: 62 },
      fromServer: { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, DIP], ports: [8080, 40000], ttl: 64 },
      toClient: { macs: [M_DIRECTOR, M_ROUTER], addresses: [VIP, CIP], ports: [80, 50000], ttl: 63 },
    }),
  },
  {
    model: 'dnat with snat, the client port inside the pool: kept',
    service: { model: 'dnat', snat: true, servers: [RS1_8080], ports: { first: 49000, last: 51000 } },
    steps: directorSteps({
      toServer: { macs: [M_DIRECTOR, M_SERVER], addresses: [DIP, RIP], ports: [50000, 8080], ttl: 62 },
      fromServer: { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, DIP], ports: [8080, 50000], ttl: 64 },
      toClient: { macs: [M_DIRECTOR, M_ROUTER], addresses: [VIP, CIP], ports: [80, 50000], ttl: 63 },
    }),
  },
  {
    model: 'dnat without snat: CIP→RIP, cp→rp and back',
    service: { model: 'dnat', snat: false, servers: [RS1_8080] },
    steps: directorSteps({
      toServer: { macs: [M_DIRECTOR, M_SERVER], addresses: [CIP, RIP], ports: [50000, 8080], ttl: 62 },
      fromServer: { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, CIP], ports: [8080, 50000], ttl: 64 },
      toClient: { macs: [M_DIRECTOR, M_ROUTER], addresses: [VIP, CIP], ports: [80, 50000], ttl: 63 },
    }),
  },
  {
    model: 'dr: both MAC addresses and the TTL',
    service: { model: 'dr' },
    steps: [
      {
        step: 'SYN',
        given: { macs: [M_ROUTER, M_DIRECTOR], addresses: [CIP, VIP], ports: [50000, 80], ttl: 63 },
        expected: DR_OUT,
        rule: 'schedule',
      },
      {
        step: 'data with options',
        given: { macs: [M_ROUTER, M_DIRECTOR], addresses: [CIP, VIP], ports: [50000, 80], ttl: 63, ...DATA },
        expected: { ...DR_OUT, ...DATA },
        rule: 'established',
      },
    ],
  },
];

describe('models', () => {
  for (const { model, service, steps } of CASES) {
    describe(model, () => {
      let rig: Rig;
      before(() => {
        rig = new Rig(directorConfig(service)).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
      });
      for (const { step, given, expected, rule } of steps) {
        it(step, () => {
          const { sent, decisions } = rig.give(segment(given));
          assertSent(sent, segment(expected));
          assert.deepEqual(
            decisions.map(
              (decision) =>
                `${decision.relation} ${decision.rule} ${decision.service} ${decision.server} ${decision.connection}`,
            ),
            [`forwarded ${rule} web rs1 1`],
          );
        });
      }
    });
  }

  describe('tun: CIP→VIP inside DIP→RIP', () => {
    const toServer = { source: M_DIRECTOR, destination: M_SERVER };
    const outer = { source: DIP, destination: RIP };
    const inner = { macs: [M_ROUTER, M_DIRECTOR], addresses: [CIP, VIP], ports: [50000, 80] } as const;
    let rig: Rig;
    before(() => {
      rig = new Rig(directorConfig({ model: 'tun' })).learn(RIP, M_SERVER);
    });

    it('copies TOS, DF and TTL to the outer header; its ID is 0 where nobody may fragment', () => {
      const fields = { ...inner, trafficClass: 0xb9, dontFragment: true };
      const { sent } = rig.give(segment({ ...fields, ttl: 63 }));
      const expected = segment({ ...fields, ttl: 62 });
      const ip = { ...outer, id: 0, ttl: 62, trafficClass: 0xb9, dontFragment: true };
      assertSent(sent, wrapIpip({ ethernet: toServer, ip, inner: expected }));
      assert.equal(sent[0]!.bytes.length, expected.length + 20);
    });

    it('counts the outer ID where DF is clear', () => {
      for (const id of [1, 2]) {
        const { sent } = rig.give(segment({ ...inner, ...DATA, ttl: 63 }));
        const expected = segment({ ...inner, ...DATA, ttl: 62 });
        const ip = { ...outer, id, ttl: 62, trafficClass: 0x2d, dontFragment: false };
        assertSent(sent, wrapIpip({ ethernet: toServer, ip, inner: expected }));
      }
    });

    it('encapsulates what comes from the server’s own address too, as IPVS does', () => {
      const fromServer = { ...inner, addresses: [RIP, VIP] } as const;
      const { sent } = rig.give(segment({ ...fromServer, ttl: 63 }));
      const expected = segment({ ...fromServer, ttl: 62 });
      assertSent(sent, wrapIpip({ ethernet: toServer, ip: { ...outer, ttl: 62 }, inner: expected }));
    });
  });

  describe('nat: EXT outside, a port per flow', () => {
    let rig: Rig;
    before(() => {
      rig = new Rig(natConfig()).learn(UPSTREAM, M_UPSTREAM, 1).learn(HOST, M_HOST, 0);
    });
    const steps: readonly Step[] = [
      {
        step: 'SYN',
        given: { macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [50000, 80], ttl: 64 },
        outPort: 1,
        expected: { macs: [M_OUTSIDE, M_UPSTREAM], addresses: [EXT, SIP], ports: [40000, 80], ttl: 63 },
        rule: 'nat-out',
      },
      {
        step: 'SYN-ACK',
        port: 1,
        given: { macs: [M_UPSTREAM, M_OUTSIDE], addresses: [SIP, EXT], ports: [80, 40000], ttl: 57, ...RSP },
        outPort: 0,
        expected: { macs: [M_INSIDE, M_HOST], addresses: [SIP, HOST], ports: [80, 50000], ttl: 56, ...RSP },
        rule: 'nat-in',
      },
      {
        step: 'data with options',
        given: { macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [50000, 80], ttl: 64, ...DATA },
        outPort: 1,
        expected: {
          macs: [M_OUTSIDE, M_UPSTREAM],
          addresses: [EXT, SIP],
          ports: [40000, 80],
          ttl: 63,
          ...DATA,
        },
        rule: 'nat-out',
      },
    ];
    for (const { step, given, expected, rule, port, outPort } of steps) {
      it(step, () => {
        const { sent, decisions } = rig.give(segment(given), port);
        assertSent(sent, segment(expected), outPort);
        assert.equal(decisions[0]!.rule, rule);
        assert.equal(decisions[0]!.service, undefined);
      });
    }
  });

  it('leaves the TTL alone when told to', () => {
    const rig = new Rig(directorConfig({}, { decrementTtl: false })).learn(RIP, M_SERVER);
    const fields: SegmentFields = {
      macs: [M_ROUTER, M_DIRECTOR],
      addresses: [CIP, VIP],
      ports: [50000, 80],
      ttl: 1,
    };
    assertSent(rig.give(segment(fields)).sent, segment({ ...fields, macs: [M_DIRECTOR, M_SERVER] }));
  });

  it('keeps a computed checksum exactly as the builder has it, whatever the values', () => {
    // RFC 1624: an update of equal words leaves 0 and 0xffff as they are.
    const rig = new Rig(directorConfig({ model: 'dnat', snat: true })).learn(RIP, M_SERVER);
    for (let sequence = 0; sequence < 0x1_0000; sequence += 257) {
      const { sent } = rig.give(
        segment({
          macs: [M_ROUTER, M_DIRECTOR],
          addresses: [CIP, VIP],
          ports: [50000, 80],
          ttl: 63,
          sequence,
        }),
      );
      assertSent(
        sent,
        buildTcp({
          ethernet: { source: M_DIRECTOR, destination: M_SERVER },
          ip: { source: DIP, destination: RIP, ttl: 62, id: 0x1234, dontFragment: true },
          tcp: { sourcePort: 40000, destinationPort: 80, sequence, acknowledgement: 2000, flags: SYN },
        }),
      );
    }
  });
});
