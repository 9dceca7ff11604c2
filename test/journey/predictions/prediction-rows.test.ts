import assert from 'node:assert/strict';
import type { Report } from '../../../src/journey/report.ts';
import { fillPacketChecksums } from '../../../src/packet/checksum.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { reportOf, verdictsOf } from '../build-report.ts';
import { dnatTable, drTable, natTable, Story, tunTable } from '../oracle.ts';
import { dnatText, drText, ip, natText, planOf, tunText } from '../plans.ts';
import { carry, echo, gre, rowsOf, tcpSyn, udp, wrongRows, type Build } from './carried.ts';

const dr = planOf(drText);
const tun = planOf(tunText);
const dnat = planOf(dnatText);
const nat = planOf(natText);
const drUdp = planOf(drText.replace('port: 80,', 'port: 80, protocol: udp,'));

describe('the rows of a hop', () => {
  it('tun, a SYN in its wrapper', () => {
    const report = reportOf(new Story(tun).talk(tunTable(), ['syn']));
    assert.deepEqual(rowsOf(tun, report, 'syn', 2), [
      'eth.dst router.front',
      'eth.src director.front',
      'ipip IP in IP',
      'ipip ip.src 10.0.2.2',
      'ipip ip.dst 10.0.3.11',
      'ipip ip.ttl 62',
      'ipip ip.dsfield 0x00',
      'ipip ip.flags DF',
      'ip.dsfield 0x00',
      'ip.id 0x0002',
      'ip.flags DF',
      'ip.ttl 62',
      'ip.checksum valid',
      'ip.src 10.0.1.10',
      'ip.dst 10.0.2.100',
      'ip.options -',
      'tcp.srcport 40001',
      'tcp.dstport 80',
      'tcp.seq 1000',
      'tcp.ack 0',
      'tcp.flags SYN',
      'tcp.options -',
      'tcp.checksum valid',
      'payload -',
    ]);
  });

  it('dnat, data to the server', () => {
    const report = reportOf(new Story(dnat).talk(dnatTable(), ['get']));
    assert.deepEqual(rowsOf(dnat, report, 'data', 2), [
      'eth.dst rs1.inside',
      'eth.src director.inside',
      'ipip -',
      'ip.dsfield 0x00',
      'ip.id 0x0002',
      'ip.flags DF',
      'ip.ttl 62',
      'ip.checksum valid',
      'ip.src 10.0.3.2',
      'ip.dst 10.0.3.11',
      'ip.options -',
      'tcp.srcport 50001',
      'tcp.dstport 8080',
      'tcp.seq 1001',
      'tcp.ack 8001',
      'tcp.flags PSH, ACK',
      'tcp.options -',
      'tcp.checksum valid',
      'payload 474554202f20485454502f312e310d0a486f73743a2031302e302e322e3130300d0a0d0a',
    ]);
  });

  it('nat, an echo and its reply: the identifier is both ports', () => {
    const [out, back] = [natTable('pc1', 5, 6).request, natTable('pc1', 5, 6).reply];
    const story = carry(new Story(nat), 'nat', out, echo('request'));
    const report = reportOf(carry(story, 'nat', back, echo('reply')));
    const [common, after] = [['ipip -', 'ip.dsfield 0x00', 'ip.id 0x0007', 'ip.flags -'], 'ip.options -'];
    assert.deepEqual(rowsOf(nat, report, 'echo-request', 1), [
      'eth.dst web.outside',
      'eth.src nat.outside',
      ...common,
      'ip.ttl 63',
      'ip.checksum valid',
      'ip.src 203.0.113.1',
      'ip.dst 203.0.113.80',
      after,
      'icmp.rest 0x00060001',
      'icmp.checksum valid',
      'payload 6869',
    ]);
    assert.deepEqual(rowsOf(nat, report, 'echo-reply', 1), [
      'eth.dst pc1.home',
      'eth.src nat.home',
      ...common,
      'ip.checksum valid',
      'ip.src 203.0.113.80',
      'ip.dst 192.168.1.10',
      after,
      'icmp.rest 0x00050001',
      'icmp.checksum valid',
      'payload 6869',
    ]);
  });

  it('dr, a datagram', () => {
    const report = reportOf(carry(new Story(drUdp), 'director', drTable().request, udp));
    assert.deepEqual(rowsOf(drUdp, report, 'udp', 2), [
      'eth.dst rs1.inside',
      'eth.src director.inside',
      'ipip -',
      'ip.dsfield 0x00',
      'ip.id 0x0007',
      'ip.flags -',
      'ip.ttl 62',
      'ip.checksum valid',
      'ip.src 10.0.1.10',
      'ip.dst 10.0.2.100',
      'ip.options -',
      'udp.srcport 40001',
      'udp.dstport 80',
      'udp.checksum valid',
      'payload 6869',
    ]);
  });

  it('another protocol at a router: no ports, no layer 4 checksum', () => {
    const report = reportOf(carry(new Story(dr), 'director', drTable().request.slice(0, 2), gre));
    assert.deepEqual(rowsOf(dr, report, 'other', 1), [
      'eth.dst director.inside',
      'eth.src router.inside',
      'ipip -',
      'ip.dsfield 0x00',
      'ip.id 0x0007',
      'ip.flags -',
      'ip.ttl 63',
      'ip.checksum valid',
      'ip.src 10.0.1.10',
      'ip.dst 10.0.2.100',
      'ip.options -',
      'payload 6869',
    ]);
  });

  it('an ARP reply: the MACs of whoever has the two addresses, and nothing of a question', () => {
    const story = new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'rs1');
    const report = reportOf(story);
    assert.deepEqual(rowsOf(dr, report, 'arp-request', 0), []);
    assert.deepEqual(rowsOf(dr, report, 'arp-reply', 0), [
      'eth.dst router.inside',
      'eth.src director.inside, seen rs1.inside',
    ]);
    assert.equal(verdictsOf(report)['headers'], 'broken');
  });

  it('an ARP reply for an address that nobody has: nothing', () => {
    const report = reportOf(new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.77', 'rs1'));
    assert.deepEqual(rowsOf(dr, report, 'arp-reply', 0), []);
  });

  it('an error from a router: nothing of what it quotes', () => {
    const story = new Story(dr).talk(drTable(), ['syn'], (step) => {
      if (step.leg === 0) step.ends = true;
    });
    story.icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 11, 0);
    assert.deepEqual(rowsOf(dr, reportOf(story), 'icmp-error', 0), [
      'eth.dst client.outside',
      'eth.src router.outside',
      'ipip -',
      'ip.dsfield 0x00',
      'ip.id 0x0002',
      'ip.flags -',
      'ip.checksum valid',
      'ip.src 10.0.1.1',
      'ip.dst 10.0.1.10',
      'ip.options -',
      'icmp.checksum valid',
    ]);
  });
});

const IP = 14;
const L4 = 34;
/** With the bytes of both IPv4 headers of a wrapped packet. */
const INNER = 34;

/** A change of one byte on the last leg, and all rows that are then not as foretold. */
type Case = readonly [what: string, change: (bytes: Uint8Array) => void, wrong: readonly string[]];
const mended = (change: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => {
  change(bytes);
  fillPacketChecksums(bytes, IP, bytes.length);
};

const ofTcp: readonly Case[] = [
  ['nothing', () => undefined, []],
  ['traffic class', mended((one) => (one[IP + 1] = 4)), ['ip.dsfield 0x00, seen 0x04']],
  ['id', mended((one) => (one[IP + 5] = 8)), ['ip.id 0x0007, seen 0x0008']],
  ['DF', mended((one) => (one[IP + 6] = 0x40)), ['ip.flags -, seen DF']],
  ['TTL', mended((one) => (one[IP + 8] = 61)), ['ip.ttl 62, seen 61']],
  ['its checksum', (one) => (one[IP + 10]! ^= 1), ['ip.checksum valid, seen invalid']],
  ['source port', mended((one) => (one[L4 + 1] = 0)), ['tcp.srcport 40001, seen 39936']],
  ['destination port', mended((one) => (one[L4 + 3] = 81)), ['tcp.dstport 80, seen 81']],
  ['sequence number', mended((one) => (one[L4 + 7] = 0)), ['tcp.seq 1000, seen 768']],
  ['acknowledgement', mended((one) => (one[L4 + 11] = 1)), ['tcp.ack 0, seen 1']],
  ['flags', mended((one) => (one[L4 + 13] = 18)), ['tcp.flags SYN, seen SYN, ACK']],
  ['an option', mended((one) => (one[L4 + 23] = 0)), ['tcp.options 020405b4, seen 02040500']],
  ['checksum', (one) => (one[L4 + 16]! ^= 1), ['tcp.checksum valid, seen invalid']],
];
const ofUdp: readonly Case[] = [
  ['source port', mended((one) => (one[L4 + 1] = 0)), ['udp.srcport 40001, seen 39936']],
  ['destination port', mended((one) => (one[L4 + 3] = 81)), ['udp.dstport 80, seen 81']],
  ['checksum', (one) => (one[L4 + 6]! ^= 1), ['udp.checksum valid, seen invalid']],
  ['payload', mended((one) => (one[L4 + 9] = 0)), ['payload 6869, seen 6800']],
];
const ofEcho: readonly Case[] = [
  ['sequence number', mended((one) => (one[L4 + 7] = 2)), ['icmp.rest 0x00060001, seen 0x00060002']],
  ['checksum', (one) => (one[L4 + 2]! ^= 1), ['icmp.checksum valid, seen invalid']],
];

describe('what is not as foretold', () => {
  const check = (name: string, cases: readonly Case[], report: (change: Case[1]) => Report, kind: string) => {
    for (const [what, change, wrong] of cases)
      it(`${name}, ${what}`, () => {
        const hop = name === 'nat' ? 1 : 2;
        const seen = report(change);
        const plan = name === 'nat' ? nat : dr;
        assert.deepEqual(wrongRows(plan, seen, kind, hop), wrong);
        assert.equal(verdictsOf(seen)['headers'], wrong.length === 0 ? 'kept' : 'broken');
      });
  };
  const atLast = (legs: readonly unknown[], change: Case[1]) => (bytes: Uint8Array, leg: number) => {
    if (leg === legs.length - 1) change(bytes);
  };
  const last = (plan: Plan, build: Build) => (change: Case[1]) => {
    const { request } = drTable();
    return reportOf(carry(new Story(plan), 'director', request, build, atLast(request, change)));
  };

  check('dr', ofTcp, last(dr, tcpSyn()), 'syn');
  check('udp', ofUdp, last(drUdp, udp), 'udp');
  check(
    'nat',
    ofEcho,
    (change) => {
      const { request } = natTable('pc1', 5, 6);
      return reportOf(carry(new Story(nat), 'nat', request, echo('request'), atLast(request, change)));
    },
    'echo-request',
  );

  it('in the outer header', () => {
    const outer: readonly Case[] = [
      ['traffic class', (one) => (one[IP + 1] = 4), ['ipip ip.dsfield 0x00, seen 0x04']],
      ['DF', (one) => (one[IP + 6] = 0), ['ipip ip.flags DF, seen -']],
      ['its checksum', (one) => (one[IP + 10]! ^= 1), []],
    ];
    for (const [what, change, wrong] of outer) {
      const story = new Story(tun).talk(tunTable(), ['syn'], (step) => {
        if (step.leg === 2) step.spoil = change;
      });
      const rows = wrongRows(tun, reportOf(story), 'syn', 2);
      assert.deepEqual(rows, [...wrong, 'ip.checksum valid, seen invalid'], what);
    }
    const inner = new Story(tun).talk(tunTable(), ['syn'], (step) => {
      if (step.leg === 2) step.spoil = (one) => (one[INNER + 10]! ^= 1);
    });
    assert.deepEqual(wrongRows(tun, reportOf(inner), 'syn', 2), ['ip.checksum valid, seen invalid']);
  });

  it('nothing, where a packet that may be cut is in a wrapper that may', () => {
    const story = new Story(tun).talk(tunTable(), ['syn'], (step) => {
      const headers = step.outer ? [INNER, IP] : [IP];
      step.spoil = (bytes) => {
        for (const at of headers) {
          bytes[at + 6] = 0;
          fillPacketChecksums(bytes, at, bytes.length);
        }
      };
    });
    const rows = rowsOf(tun, reportOf(story), 'syn', 2);
    assert.ok(rows.includes('ipip ip.flags -') && rows.includes('ip.flags -'));
    assert.deepEqual(wrongRows(tun, reportOf(story), 'syn', 2), []);
  });

  it('a wrapper that is there, or is not', () => {
    const wrapped = new Story(dr).talk(drTable(), ['syn'], (step) => {
      if (step.leg === 2) step.outer = { source: ip('10.0.2.2'), destination: ip('10.0.2.11'), ttl: 62 };
    });
    assert.deepEqual(wrongRows(dr, reportOf(wrapped), 'syn', 2), ['ipip -, seen IP in IP']);
    const bare = new Story(tun).talk(tunTable(), ['syn'], (step) => {
      if (step.leg === 2) step.outer = undefined;
    });
    assert.deepEqual(wrongRows(tun, reportOf(bare), 'syn', 2), ['ipip IP in IP, seen -']);
  });

  it('a payload that is longer', () => {
    const story = new Story(dr).talk(drTable(), ['syn'], (step) => {
      if (step.leg === 2) step.payload = '!';
    });
    assert.deepEqual(wrongRows(dr, reportOf(story), 'syn', 2), ['payload -, seen 21']);
  });

  it('nothing is promised for a checksum that was never valid', () => {
    const story = carry(
      new Story(dr),
      'director',
      drTable().request,
      tcpSyn(),
      (bytes) => (bytes[L4 + 16]! ^= 1),
    );
    const rows = rowsOf(dr, reportOf(story), 'syn', 2);
    assert.deepEqual(
      rows.filter((row) => row.includes('checksum')),
      ['ip.checksum valid'],
    );
  });

  it('of IP options only those that no router writes into', () => {
    const rows = (options: readonly number[], change: number) => {
      const { request } = drTable();
      const build = tcpSyn({ options: Uint8Array.from(options) });
      const spoil = mended((bytes) => (bytes[IP + 23] = change));
      const story = carry(new Story(dr), 'director', request, build, atLast(request, spoil));
      return rowsOf(dr, reportOf(story), 'syn', 2).filter((row) => row.startsWith('ip.options'));
    };
    // Router alert (RFC 2113), record route and timestamp (RFC 791).
    assert.deepEqual(rows([148, 4, 0, 0], 0), ['ip.options 94040000']);
    assert.deepEqual(rows([148, 4, 0, 0], 1), ['ip.options 94040000, seen 94040001']);
    assert.deepEqual(rows([7, 4, 4, 0], 1), []);
    assert.deepEqual(rows([68, 4, 5, 0], 1), []);
  });

  it('a port is no IP option', () => {
    for (const port of [7, 68].map((kind) => kind * 256)) {
      const report = reportOf(new Story(dr).talk(drTable('rs1', port), ['syn']));
      assert.ok(rowsOf(dr, report, 'syn', 2).includes('ip.options -'));
    }
  });

  it('in a frame that the capture cut, what needs all of it is left out', () => {
    const story = new Story(dr).talk(drTable(), ['get']);
    for (const [index, event] of story.events.entries()) {
      if (event.kind === 'frame') story.events[index] = { ...event, bytes: event.bytes.slice(0, 60) };
    }
    const report = reportOf(story);
    const names = rowsOf(dr, report, 'data', 0).map((row) => row.split(' ')[0]);
    for (const name of ['ip.options', 'tcp.options', 'tcp.checksum', 'payload'])
      assert.ok(!names.includes(name), name);
    for (const name of ['ip.id', 'ip.checksum', 'tcp.seq', 'tcp.flags'])
      assert.ok(names.includes(name), name);
    assert.notEqual(verdictsOf(report)['headers'], 'broken');
  });
});
