import assert from 'node:assert/strict';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { buildIcmpError } from '../../../src/packet/build.ts';
import { planOf as labPlanOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOf, verdictsOf } from '../build-report.ts';
import {
  dnatTable,
  drTable,
  natTable,
  Story,
  tunTable,
  type Leg,
  type Table,
  type Tamper,
} from '../oracle.ts';
import { dnatText, drText, ip, macOf, natText, planOf, tunText } from '../plans.ts';
import { carry, gre, rowsOf, tcpSyn, wrongRows, type Build } from './carried.ts';

const row = (plan: Plan, story: Story, kind: string, hop: number, field: string) =>
  rowsOf(plan, reportOf(story), kind, hop).find((one) => one.startsWith(`${field} `));
const replies = (table: Table, reply: readonly Leg[]): Table => ({ ...table, reply });
const at =
  (direction: 'request' | 'reply', leg: number, change: Tamper): Tamper =>
  (step) => {
    if (step.direction === direction && step.leg === leg) change(step);
  };

describe('the next MAC of a server’s reply', () => {
  /** The reply's first frame goes to `to`. */
  const sentTo = (text: string, table: Table, to: string): string | undefined => {
    const plan = planOf(text);
    const story = new Story(plan).talk(replies(table, [{ ...table.reply[0]!, to }]), ['syn', 'syn-ack']);
    return row(plan, story, 'syn-ack', 0, 'eth.dst');
  };
  const byDirector = drText.replaceAll(/(rs\d: .*)gateway: router/g, '$1gateway: director');

  it('dr: past the director, whatever the gateway', () => {
    assert.equal(sentTo(byDirector, drTable(), 'router'), 'eth.dst router.inside');
    assert.equal(sentTo(byDirector, drTable(), 'director'), 'eth.dst router.inside, seen director.inside');
    assert.equal(sentTo(drText, drTable(), 'director'), 'eth.dst router.inside, seen director.inside');
  });

  it('dr: by an ordinary router of that segment, and of that only', () => {
    const more = byDirector.replace('inside: 10.0.2.0/24', 'inside: 10.0.2.0/24, world: 10.0.9.0/24').replace(
      'nodes:',
      `nodes:
  nearby: { role: client, at: { inside: 10.0.2.50 }, gateway: director }
  nat:    { role: router, at: { inside: 10.0.2.3, world: 10.0.9.1 }, nat: world }
  far:    { role: router, at: { world: 10.0.9.2 } }`,
    );
    assert.equal(sentTo(more, drTable(), 'router'), 'eth.dst router.inside');
  });

  it('dr: by the gateway that it has, where that is no director', () => {
    const two = drText
      .replaceAll(/(rs\d: .*)gateway: router/g, '$1gateway: other')
      .replace('nodes:', 'nodes:\n  other:    { role: router, at: { inside: 10.0.2.9 }, gateway: router }');
    assert.equal(sentTo(two, drTable(), 'other'), 'eth.dst other.inside');
  });

  it('dr: not foretold where no other router is', () => {
    const alone = `
model: dr
service: { vip: 10.0.2.100, port: 80, servers: [rs1] }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: director }
  director: { role: director, at: { outside: 10.0.1.2, inside: 10.0.2.2 } }
  rs1:      { role: server,   at: { inside: 10.0.2.11 }, gateway: director }
`;
    const table: Table = {
      ...drTable(),
      request: [
        { ...drTable().request[0]!, to: 'director' },
        { ...drTable().request[2]!, ttl: 63 },
      ],
    };
    assert.equal(sentTo(alone, table, 'director'), undefined);
  });

  it('dnat without snat: to the director, whatever the gateway', () => {
    const plain = dnatText.replace('port: 80,', 'port: 80, snat: false,');
    const wrong = plain
      .replace('middle: 10.0.2.1 }', 'middle: 10.0.2.1, inside: 10.0.3.1 }')
      .replaceAll(/(rs\d: .*)gateway: director/g, '$1gateway: router');
    assert.equal(sentTo(plain, dnatTable(false), 'director'), 'eth.dst director.inside');
    assert.equal(sentTo(wrong, dnatTable(false), 'router'), 'eth.dst director.inside, seen router.inside');
  });

  it('dnat with snat: by the routes', () => {
    const routed = dnatText
      .replace('middle: 10.0.2.1 }', 'middle: 10.0.2.1, inside: 10.0.3.1 }')
      .replaceAll(/(rs\d: .*)gateway: director/g, '$1gateway: router, routes: { 10.0.3.2/32: router }');
    assert.equal(sentTo(routed, dnatTable(), 'router'), 'eth.dst router.inside');
    assert.equal(sentTo(routed, dnatTable(), 'director'), 'eth.dst router.inside, seen director.inside');
  });

  it('dnat without snat, the director on another segment: by the routes', () => {
    const far = dnatText
      .replace('port: 80,', 'port: 80, snat: false,')
      .replace('inside: 10.0.3.0/24', 'inside: 10.0.3.0/24, far: 10.0.4.0/24')
      .replace(
        'director: {',
        'second: { role: router, at: { inside: 10.0.3.3, far: 10.0.4.1 }, gateway: director }\n  director: {',
      )
      .replace(
        'inside: 10.0.3.2 }, gateway: router',
        'inside: 10.0.3.2 }, gateway: router, routes: { 10.0.4.0/24: second }',
      )
      .replaceAll(/inside: 10.0.3.(1\d) }, gateway: director/g, 'far: 10.0.4.$1 }, gateway: second');
    const [first, second, third] = dnatTable(false).request;
    const there = { ...third!, to: 'second', destination: '10.0.4.11' };
    const table: Table = {
      ...dnatTable(false),
      request: [first!, second!, there, { ...there, from: 'second', to: 'rs1', segment: 'far', ttl: 61 }],
      reply: [{ ...dnatTable(false).reply[0]!, source: '10.0.4.11', segment: 'far' }],
    };
    assert.equal(sentTo(far, table, 'second'), 'eth.dst second.far');
  });

  it('what is no server’s reply goes by the routes', () => {
    // Two servers, of which one is no server of the service.
    const one = byDirector.replace('servers: [rs1, rs2]', 'servers: [rs2]');
    assert.equal(sentTo(one, drTable(), 'director'), 'eth.dst director.inside');
  });
});

describe('the first hop', () => {
  const dr = planOf(drText);
  const nat = planOf(natText);
  const wrong = (direction: 'request' | 'reply', change: Tamper) => {
    const story = new Story(dr).talk(drTable(), ['syn', 'syn-ack'], at(direction, 0, change));
    return wrongRows(dr, reportOf(story), direction === 'request' ? 'syn' : 'syn-ack', 0);
  };

  it('of a server’s reply has the addresses and ports of its connection', () => {
    assert.deepEqual(
      wrong('reply', () => undefined),
      [],
    );
    assert.deepEqual(
      wrong('reply', (step) => (step.source = ip('10.0.2.11'))),
      ['ip.src 10.0.2.100, seen 10.0.2.11'],
    );
  });

  it('of a service’s only server too', () => {
    const one = planOf(drText.replace(', rs2]', ']'));
    const other: Tamper = at('reply', 0, (step) => (step.source = ip('10.0.2.11')));
    const story = new Story(one).talk(drTable(), ['syn', 'syn-ack'], other);
    assert.deepEqual(wrongRows(one, reportOf(story), 'syn-ack', 0), ['ip.src 10.0.2.100, seen 10.0.2.11']);
  });

  it('of who is no server of the service has the address that it has', () => {
    const other = planOf(drText.replace('[rs1, rs2]', '[rs2]'));
    const own: Tamper = at('reply', 0, (step) => (step.source = ip('10.0.2.11')));
    const report = reportOf(new Story(other).talk(drTable(), ['syn', 'syn-ack'], own));
    assert.equal(report.flows.length, 1);
    assert.deepEqual(wrongRows(other, report, 'syn-ack', 0), []);
  });

  it('of a connection whose request came past the director: as for this server', () => {
    const text = drText.replace('model: dr', 'model: dnat').replace('port: 80,', 'port: 80, snat: false,');
    const plan = planOf(text);
    const [first, second] = drTable().request;
    const past = { ...drTable(), request: [first!, { ...second!, to: 'rs1' }] };
    const own: Tamper = at('reply', 0, (step) => (step.source = ip('10.0.2.11')));
    const report = reportOf(new Story(plan).talk(past, ['syn', 'syn-ack'], own));
    assert.equal(report.flows.length, 1);
    const rows = rowsOf(plan, report, 'syn-ack', 0);
    assert.ok(rows.includes('ip.src 10.0.2.11'), rows.join('\n'));
  });

  it('of a host has TTL 64, both ways', () => {
    const other: Tamper = (step) => (step.ttl = 63);
    assert.deepEqual(wrong('request', other), ['ip.ttl 64, seen 63']);
    assert.deepEqual(wrong('reply', other), ['ip.ttl 64, seen 63']);
  });

  it('of an outside server has the TTL that it has', () => {
    const story = new Story(nat).talk(natTable(), ['syn', 'syn-ack']);
    assert.equal(row(nat, story, 'syn-ack', 0, 'ip.ttl'), undefined);
    assert.equal(row(nat, story, 'syn', 0, 'ip.ttl'), 'ip.ttl 64');
  });

  it('of what the director says itself goes back as it came, with the TTL that it has', () => {
    const reply = [
      { ...drTable().reply[0]!, from: 'director' },
      { ...drTable().reply[1]!, ttl: 63 },
    ];
    const story = new Story(dr).talk(
      replies(drTable(), reply),
      ['syn', 'rst'],
      at('request', 1, (step) => (step.ends = true)),
    );
    const names = rowsOf(dr, reportOf(story), 'rst', 0).map((one) => one.split(' ')[0]);
    assert.deepEqual(names.slice(0, 3), ['eth.src', 'ipip', 'ip.dsfield']);
    assert.ok(!names.includes('ip.ttl'));
    assert.equal(row(dr, story, 'rst', 0, 'ip.src'), 'ip.src 10.0.2.100');
  });

  it('of a server’s complaint has its own address', () => {
    const story = new Story(dr).talk(drTable(), ['syn']);
    story.icmpError('rs1', 'router', 'inside', '10.0.2.11', '10.0.1.10', 3, 3);
    assert.deepEqual(wrongRows(dr, reportOf(story), 'icmp-error', 0), []);
    assert.equal(row(dr, story, 'icmp-error', 0, 'ip.src'), 'ip.src 10.0.2.11');
    assert.equal(row(dr, story, 'icmp-error', 0, 'ip.ttl'), 'ip.ttl 64');
  });

  it('in a wrapper says nothing of where it comes from', () => {
    const plan = planOf(tunText);
    const story = new Story(plan).talk({ ...tunTable(), request: tunTable().request.slice(2) }, ['syn']);
    assert.deepEqual(rowsOf(plan, reportOf(story), 'syn', 0), []);
    assert.deepEqual(rowsOf(plan, reportOf(story), 'syn', 1), []);
  });
});

describe('a hop from a director', () => {
  it('of a connection goes to the server that its first request went to', () => {
    const dr = planOf(drText);
    const story = new Story(dr).talk(drTable('rs1'), ['syn', 'syn-ack', 'ack']).talk(drTable('rs2'), ['get']);
    assert.deepEqual(wrongRows(dr, reportOf(story), 'data', 2), ['eth.dst rs1.inside, seen rs2.inside']);
    const dnat = planOf(dnatText);
    const other = new Story(dnat)
      .talk(dnatTable(), ['syn', 'syn-ack', 'ack'])
      .talk(dnatTable(true, 'rs2', 40001, 50002), ['get']);
    assert.deepEqual(wrongRows(dnat, reportOf(other), 'data', 2), [
      'eth.dst rs1.inside, seen rs2.inside',
      'ip.dst 10.0.3.11, seen 10.0.3.12',
      'tcp.srcport 50001, seen 50002',
    ]);
  });

  it('to whom the service does not know is not foretold', () => {
    const cases = [
      [drText.replace(', rs2]', ']'), drTable('rs2')],
      [tunText.replace(', rs2]', ']'), tunTable('rs2')],
      [dnatText.replace(', rs2: { port: 8080 }', ''), dnatTable(true, 'rs2')],
    ] as const;
    for (const [text, table] of cases) {
      const plan = planOf(text);
      const report = reportOf(new Story(plan).talk(table, ['syn']));
      assert.deepEqual(rowsOf(plan, report, 'syn', 2), []);
      assert.ok(rowsOf(plan, report, 'syn', 1).length > 0);
    }
  });

  it('keeps the TTL where the director takes none', () => {
    const plan = planOf(
      drText.replace('director: { role: director,', 'director: { role: director, decrementTtl: false,'),
    );
    const ttl = (seen: number) =>
      row(
        plan,
        new Story(plan).talk(
          drTable(),
          ['syn'],
          at('request', 2, (step) => (step.ttl = seen)),
        ),
        'syn',
        2,
        'ip.ttl',
      );
    assert.equal(ttl(63), 'ip.ttl 63');
    assert.equal(ttl(62), 'ip.ttl 63, seen 62');
  });

  it('tun, where nothing before the director was captured: the outer TTL is the inner one', () => {
    const plan = planOf(tunText);
    const ttl = (seen: number) => {
      const story = new Story(plan).talk(
        { ...tunTable(), request: tunTable().request.slice(1) },
        ['syn'],
        at('request', 1, (step) => (step.outer!.ttl = seen)),
      );
      return row(plan, story, 'syn', 1, 'ipip ip.ttl');
    };
    assert.equal(ttl(62), 'ipip ip.ttl 62');
    assert.equal(ttl(64), 'ipip ip.ttl 62, seen 64');
  });

  it('dr and tun: of a reply nothing is foretold', () => {
    const dr = planOf(drText);
    const [first, last] = drTable().reply;
    const reply = [
      { ...first!, to: 'director' },
      { ...first!, from: 'director', ttl: 63 },
      { ...last!, ttl: 62 },
    ];
    const report = reportOf(new Story(dr).talk(replies(drTable(), reply), ['syn', 'syn-ack']));
    assert.deepEqual(rowsOf(dr, report, 'syn-ack', 1), []);
    assert.deepEqual(rowsOf(dr, report, 'syn-ack', 2), []);
  });

  it('dnat: of a reply every address and port is the client’s again', () => {
    const dnat = planOf(dnatText);
    const wrong = (change: Tamper) => {
      const story = new Story(dnat).talk(dnatTable(), ['syn', 'syn-ack'], at('reply', 1, change));
      return wrongRows(dnat, reportOf(story), 'syn-ack', 1);
    };
    assert.deepEqual(
      wrong((step) => (step.source = ip('10.0.3.11'))),
      ['ip.src 10.0.2.100, seen 10.0.3.11'],
    );
    assert.deepEqual(
      wrong((step) => (step.sourcePort = 8080)),
      ['tcp.srcport 80, seen 8080'],
    );
    assert.deepEqual(
      wrong((step) => (step.destination = ip('10.0.3.2'))),
      ['ip.dst 10.0.1.10, seen 10.0.3.2'],
    );
    assert.deepEqual(
      wrong((step) => (step.destinationPort = 50001)),
      ['tcp.dstport 40001, seen 50001'],
    );
    assert.deepEqual(
      wrong((step) => (step.ttl = 64)),
      ['ip.ttl 63, seen 64'],
    );
    assert.deepEqual(
      wrong((step) => (step.etherDestination = macOf(dnat, 'client', 'outside'))),
      ['eth.dst router.middle, seen client.outside'],
    );
  });

  it('of a packet to a port of no service is not foretold', () => {
    const dr = planOf(drText);
    const legs = drTable().request.map((leg) => ({ ...leg, destinationPort: 81 }));
    const report = reportOf(carry(new Story(dr), 'director', legs, tcpSyn()));
    assert.deepEqual(rowsOf(dr, report, 'syn', 2), []);
  });
});

describe('a hop from a router', () => {
  const text = drText.replace('port: 80,', 'port: 80, protocol: udp,');
  const requests = (upload: number, mtu = 1500) => {
    const narrow = text.replace('inside: 10.0.2.0/24', `inside: { subnet: 10.0.2.0/24, mtu: ${mtu} }`);
    const plan = labPlanOf(
      `${narrow}\ntraffic: [{ from: client, count: 1, protocol: udp, upload: ${upload} }]\n`,
    );
    const report = reportOf(runLab(plan));
    assert.notEqual(verdictsOf(report)['headers'], 'broken');
    return report.journeys.filter(({ direction, flow }) =>
      report.flows.some(({ id, kind }) => id === flow && kind !== 'arp' && direction === 'request'),
    );
  };

  it('of a fragment that it leaves as it is, is foretold', () => {
    const pieces = requests(2000);
    assert.ok(pieces.length > 1);
    for (const { hops } of pieces) assert.ok(hops[1]!.expected.some(({ field }) => field === 'ip.ttl'));
  });

  it('of what it cuts, breaks nothing', () => {
    assert.ok(requests(1300, 700).length > 1);
  });
});

describe('a hop from a NAT router', () => {
  const nat = planOf(natText);
  const wrong = (direction: 'request' | 'reply', change: Tamper) => {
    const story = new Story(nat)
      .talk(natTable(), ['syn', 'syn-ack', 'ack'])
      .talk(natTable(), ['get', 'ok'], at(direction, 1, change));
    const { journeys } = reportOf(story);
    const data = journeys.filter(({ kind, direction: way }) => kind === 'data' && way === direction);
    return wrongRows(nat, { ...reportOf(story), journeys: data }, 'data', 1);
  };

  it('has the outside address and the port of its flow', () => {
    assert.deepEqual(
      wrong('request', () => undefined),
      [],
    );
    assert.deepEqual(
      wrong('request', (step) => (step.source = ip('192.168.1.10'))),
      ['ip.src 203.0.113.1, seen 192.168.1.10'],
    );
    assert.deepEqual(
      wrong('request', (step) => (step.sourcePort = 7)),
      ['tcp.srcport 40001, seen 7'],
    );
    assert.deepEqual(
      wrong('request', (step) => (step.destination = ip('203.0.113.81'))),
      ['ip.dst 203.0.113.80, seen 203.0.113.81'],
    );
    assert.deepEqual(
      wrong('request', (step) => (step.destinationPort = 81)),
      ['tcp.dstport 80, seen 81'],
    );
  });

  it('takes a reply back to the host and the port that asked', () => {
    assert.deepEqual(
      wrong('reply', () => undefined),
      [],
    );
    assert.deepEqual(
      wrong('reply', (step) => (step.destination = ip('192.168.1.11'))),
      ['ip.dst 192.168.1.10, seen 192.168.1.11'],
    );
    assert.deepEqual(
      wrong('reply', (step) => (step.destinationPort = 7)),
      ['tcp.dstport 50000, seen 7'],
    );
    assert.deepEqual(
      wrong('reply', (step) => (step.sourcePort = 81)),
      ['tcp.srcport 80, seen 81'],
    );
  });

  it('has a header that is judged', () => {
    const story = new Story(nat).talk(
      natTable(),
      undefined,
      at('reply', 1, (step) => (step.source = ip('203.0.113.81'))),
    );
    assert.equal(verdictsOf(reportOf(story))['headers'], 'broken');
  });

  it('says nothing of a protocol that it does not read, nor of an error', () => {
    const other = reportOf(carry(new Story(nat), 'nat', natTable().request, gre));
    assert.deepEqual(rowsOf(nat, other, 'other', 1), []);
    const story = new Story(nat).talk(natTable(), ['syn']);
    const quoted = story.events.findLast((event) => event.kind === 'frame')!.bytes.slice(14);
    const error: Build = (leg, ethernet) =>
      buildIcmpError({
        ethernet,
        ip: { source: ip(leg.source), destination: ip(leg.destination), ttl: leg.ttl, id: 9 },
        icmp: { type: 3, code: 3, rest: 0 },
        quoted: leg.from === 'nat' ? inside(quoted) : quoted,
      });
    const report = reportOf(carry(story, 'nat', natTable().reply, error));
    assert.equal(report.journeys.find(({ kind }) => kind === 'icmp-error')!.hops.length, 2);
    assert.deepEqual(rowsOf(nat, report, 'icmp-error', 1), []);
  });
});

/** What is quoted, with the inside address and port. */
function inside(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  copy.set([192, 168, 1, 10], 12);
  copy.set([50000 >> 8, 50000 & 255], 20);
  return copy;
}
