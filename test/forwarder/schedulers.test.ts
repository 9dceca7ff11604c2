import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SchedulerFlag } from '../../src/forwarder/schedulers/scheduler.ts';
import { schedulers, type SchedulerName } from '../../src/forwarder/schedulers/registry.ts';
import { bucketOf } from '../../src/forwarder/schedulers/hash-buckets.ts';
import type { Candidate } from '../../src/forwarder/schedulers/scheduler.ts';
import { asSignedIpv4, toSigned } from '../../src/packet/address.ts';
import {
  ACK,
  CIP,
  directorConfig,
  ip,
  M_SERVER,
  M_SERVER2,
  request,
  Rig,
  RIP,
  RIP2,
  RS1,
  RS2,
  VIP,
} from './rig.ts';

interface Loads {
  active?: number;
  inactive?: number;
}

function servers(weights: readonly number[], loads: readonly Loads[] = []): Candidate[] {
  return weights.map((weight, i) => ({
    name: String.fromCharCode(65 + i),
    address: asSignedIpv4(0x0a000200 + i * 7),
    port: 80,
    weight,
    lastWeight: weight,
    active: loads[i]?.active ?? 0,
    inactive: loads[i]?.inactive ?? 0,
  }));
}

/** ip_vs_wrr.c of Linux 3.10: the mark, and how it moves. */
class KernelWrr {
  private weights: readonly number[] = [];
  /** Place of the current destination, -1 the list's head; then the current, the greatest weight, and the divisor. */
  private cl = -1;
  private cw = 0;
  private mw = 0;
  private di = 1;

  changed(weights: readonly number[]): void {
    this.weights = weights;
    this.cl = -1;
    const positive = weights.filter((weight) => weight > 0);
    this.di = Math.max(
      1,
      ...[1, 2, 3, 4, 6, 12].filter(
        (divisor) => positive.length > 0 && positive.every((w) => w % divisor === 0),
      ),
    );
    this.mw = Math.max(0, ...weights) - (this.di - 1);
    if (this.cw > this.mw || this.cw === 0) this.cw = this.mw;
    else if (this.di > 1) this.cw = Math.floor(this.cw / this.di) * this.di + 1;
  }

  schedule(): number {
    if (this.mw <= 0) return -1;
    for (;;) {
      for (this.cl++; this.cl < this.weights.length; this.cl++)
        if (this.weights[this.cl]! >= this.cw) return this.cl;
      this.cl = -1;
      this.cw -= this.di;
      if (this.cw <= 0) this.cw = this.mw;
    }
  }
}

/** The names of `count` choices, for clients 0, 1, 2, ...; `-` for one that is refused. */
function choices(
  name: SchedulerName,
  candidates: readonly Candidate[],
  count: number,
  flags: readonly SchedulerFlag[] = [],
): string {
  const scheduler = schedulers[name].make(flags);
  scheduler.update(candidates);
  return Array.from({ length: count }, (_, client) => {
    const chosen = candidates[scheduler.pick(asSignedIpv4(client), asSignedIpv4(1), 1000)];
    return chosen === undefined || chosen.weight === 0 ? '-' : chosen.name;
  }).join('');
}

/** The servers after their weights were set to these. */
function weighted(candidates: readonly Candidate[], weights: readonly number[]): Candidate[] {
  return candidates.map((candidate, i) => {
    const weight = weights[i]!;
    return { ...candidate, weight, lastWeight: weight === 0 ? candidate.lastWeight : weight };
  });
}

describe('schedulers', () => {
  const SEQUENCES: { name: SchedulerName; weights: number[]; expected: string }[] = [
    { name: 'rr', weights: [1, 1, 1], expected: 'ABCABCA' },
    { name: 'rr', weights: [5, 0, 1], expected: 'ACACA' },
    { name: 'rr', weights: [0, 0], expected: '--' },
    { name: 'rr', weights: [], expected: '-' },
    // The sequence of the LVS documentation for weights 4, 3, 2.
    { name: 'wrr', weights: [4, 3, 2], expected: 'AABABCABCAABABCABC' },
    { name: 'wrr', weights: [4, 2], expected: 'AABAABAAB' },
    { name: 'wrr', weights: [1, 1], expected: 'ABABAB' },
    { name: 'wrr', weights: [0, 3], expected: 'BBB' },
    { name: 'wrr', weights: [0, 0], expected: '--' },
  ];
  for (const { name, weights, expected } of SEQUENCES) {
    it(`${name} with weights ${weights.join(', ')}: ${expected}`, () => {
      assert.equal(choices(name, servers(weights), expected.length), expected);
    });
  }

  const LEAST: { name: SchedulerName; weights: number[]; loads: Loads[]; expected: string; why: string }[] = [
    {
      name: 'lc',
      weights: [1, 1],
      loads: [{ active: 1 }, { inactive: 255 }],
      expected: 'B',
      why: 'an active one costs 256 inactive ones',
    },
    {
      name: 'lc',
      weights: [1, 1],
      loads: [{ active: 1 }, { inactive: 257 }],
      expected: 'A',
      why: 'an active one costs 256 inactive ones',
    },
    {
      name: 'lc',
      weights: [9, 1],
      loads: [{ active: 2 }, { active: 1 }],
      expected: 'B',
      why: 'weights do not count',
    },
    { name: 'lc', weights: [0, 1], loads: [{}, { active: 9 }], expected: 'B', why: 'weight 0 drains' },
    {
      name: 'wlc',
      weights: [3, 1],
      loads: [{ active: 2 }, { active: 1 }],
      expected: 'A',
      why: '512/3 < 256/1',
    },
    { name: 'wlc', weights: [1, 1], loads: [{}, {}], expected: 'A', why: 'the first of equals' },
    { name: 'wlc', weights: [0, 1], loads: [{}, { active: 9 }], expected: 'B', why: 'weight 0 drains' },
    { name: 'sed', weights: [1, 3], loads: [{}, { active: 1 }], expected: 'B', why: '2/3 < 1/1' },
    { name: 'sed', weights: [1, 3], loads: [{}, { active: 3 }], expected: 'A', why: '1/1 < 4/3' },
    {
      name: 'sed',
      weights: [1, 1],
      loads: [{ inactive: 99 }, {}],
      expected: 'A',
      why: 'inactive ones do not count',
    },
    { name: 'nq', weights: [1, 3], loads: [{}, { active: 1 }], expected: 'A', why: 'an idle server first' },
    { name: 'nq', weights: [1, 3], loads: [{ active: 1 }, { active: 1 }], expected: 'B', why: 'then as sed' },
    { name: 'nq', weights: [0, 3], loads: [{}, { active: 1 }], expected: 'B', why: 'weight 0 drains' },
    { name: 'fo', weights: [1, 3, 2], loads: [{}, { active: 99 }], expected: 'B', why: 'however busy' },
    { name: 'fo', weights: [2, 2], loads: [{ active: 9 }, {}], expected: 'A', why: 'the first of equals' },
    { name: 'fo', weights: [0, 1], loads: [{}, {}], expected: 'B', why: 'weight 0 drains' },
    { name: 'fo', weights: [0, 0], loads: [{}, {}], expected: '-', why: 'nobody is left' },
    { name: 'ovf', weights: [1, 3], loads: [{}, { active: 3 }], expected: 'B', why: 'as many as its weight' },
    { name: 'ovf', weights: [1, 3], loads: [{}, { active: 4 }], expected: 'A', why: 'one more: the next' },
    {
      name: 'ovf',
      weights: [1, 1],
      loads: [{ active: 2 }, { active: 2 }],
      expected: '-',
      why: 'all are full',
    },
    {
      name: 'ovf',
      weights: [0, 1],
      loads: [{}, { inactive: 9 }],
      expected: 'B',
      why: 'inactive ones are none',
    },
  ];
  for (const { name, weights, loads, expected, why } of LEAST) {
    it(`${name}: ${why}`, () => assert.equal(choices(name, servers(weights, loads), 1), expected));
  }

  it('wrr gives each server its weight in every round (against counting)', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }), (weights) => {
        const divisor = weights.reduce(gcd, 0);
        if (divisor === 0) return;
        const round = weights.reduce((sum, weight) => sum + weight, 0) / divisor;
        const sequence = choices('wrr', servers(weights), round * 3);
        for (let i = 0; i < 3; i++) {
          const part = [...sequence.slice(i * round, (i + 1) * round)];
          const counts = weights.map(
            (_, place) => part.filter((name) => name === String.fromCharCode(65 + place)).length,
          );
          assert.deepEqual(
            counts,
            weights.map((weight) => weight / divisor),
          );
        }
      }),
    );
  });

  it('wlc, sed, nq agree with division', () => {
    const server = fc.record({
      weight: fc.integer({ min: 1, max: 9 }),
      active: fc.nat(20),
      inactive: fc.nat(600),
    });
    fc.assert(
      fc.property(fc.array(server, { minLength: 1, maxLength: 5 }), (loads) => {
        const candidates = servers(
          loads.map(({ weight }) => weight),
          loads,
        );
        const least = (load: (c: Candidate) => number): string =>
          candidates.reduce((best, c) => (load(c) < load(best) - 1e-9 ? c : best)).name;
        assert.equal(
          choices('wlc', candidates, 1),
          least((c) => (c.active * 256 + c.inactive) / c.weight),
        );
        assert.equal(
          choices('sed', candidates, 1),
          least((c) => (c.active + 1) / c.weight),
        );
        const idle = candidates.find(({ active }) => active === 0)?.name;
        assert.equal(choices('nq', candidates, 1), idle ?? least((c) => (c.active + 1) / c.weight));
      }),
    );
  });

  it('sh and mh: a client stays with its server', () => {
    for (const name of ['sh', 'mh'] as const) {
      const candidates = servers([1, 2, 3]);
      assert.equal(choices(name, candidates, 500), choices(name, candidates, 500));
    }
  });

  it('dh with one VIP always picks one server', () => {
    assert.equal(new Set(choices('dh', servers([1, 1, 1]), 100)).size, 1);
  });

  it('sh and dh take the high bits of a multiplicative hash (hash_32)', () => {
    const buckets = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '192.0.2.10'].map((client) =>
      bucketOf(ip(client) | 0),
    );
    assert.deepEqual(buckets, [39, 137, 235, 162]);
  });

  it('sh: consecutive clients spread evenly, by weight', () => {
    const { A = 0, B = 0 } = countOf(choices('sh', servers([1, 3]), 1024));
    assert.ok(Math.abs(A - 256) < 8 && A + B === 1024, `${A} ${B}`);
  });

  it('mh spreads by weight', () => {
    const { A = 0, B = 0 } = countOf(choices('mh', servers([1, 3]), 20_000));
    assert.ok(Math.abs(B / A - 3) < 0.2, `${A} ${B}`);
  });

  describe('a drained server under a hash', () => {
    const all = servers([1, 1, 1, 1]);
    const drained = weighted(all, [1, 0, 1, 1]);

    for (const name of ['sh', 'dh', 'mh'] as const) {
      it(`${name}: its clients are refused, nobody else moves, and its weight brings them back`, () => {
        const before = choices(name, all, 500);
        assert.equal(choices(name, drained, 500), before.replaceAll('B', '-'));
        assert.equal(choices(name, weighted(drained, [1, 1, 1, 1]), 500), before);
        assert.equal(choices(name, weighted(all, [0, 0, 0, 0]), 3), '---');
      });
    }

    for (const name of ['sh', 'mh'] as const) {
      it(`${name} with fallback: its clients go elsewhere, each always to the same, nobody else moves`, () => {
        const before = choices(name, all, 2000, ['fallback']);
        const after = choices(name, drained, 2000, ['fallback']);
        assert.equal(choices(name, all, 2000), before, 'as without, while nobody is drained');
        assert.equal(choices(name, drained, 2000, ['fallback']), after);
        const moved = [...before].map((server, i) => (server === 'B' ? after[i]! : ''));
        assert.equal([...after].map((server, i) => (before[i] === 'B' ? 'B' : server)).join(''), before);
        const counts = countOf(moved.join(''));
        // Twice an odd bucket is an even one: with servers of weight 1 in turn, sh gives all of them to one.
        assert.deepEqual(Object.keys(counts).sort(), name === 'sh' ? ['C'] : ['A', 'C', 'D']);
        assert.equal(choices(name, weighted(all, [0, 0, 0, 0]), 3, ['fallback']), '---');
      });
    }

    it('sh with fallback goes on from bucket to bucket, until one’s server takes the client', () => {
      // Both that stand at even places, where twice a bucket always is.
      const after = choices('sh', weighted(all, [0, 1, 0, 1]), 500, ['fallback']);
      assert.match(after, /^[BD]+$/);
    });

    it('sh: a weight of 3 that becomes 0 keeps one bucket a lap, and moves others', () => {
      const before = choices('sh', servers([1, 3]), 1000);
      const after = choices('sh', weighted(servers([1, 3]), [1, 0]), 1000);
      assert.ok(Math.abs((countOf(after)['-'] ?? 0) - 500) < 20);
      assert.ok([...before].some((server, i) => server === 'B' && after[i] === 'A'));
    });

    it('mh: a server that was added with weight 0 has no part', () => {
      assert.equal(
        choices('mh', servers([1, 0, 2]), 500),
        choices('mh', servers([1, 0, 2]), 500, ['fallback']),
      );
      assert.match(choices('mh', servers([1, 0, 2]), 500), /^[AC]+$/);
    });

    it('dh deals one bucket each, whatever the weights', () => {
      const picks = (weights: number[]): string => {
        const candidates = servers(weights);
        const scheduler = schedulers.dh.make([]);
        scheduler.update(candidates);
        return Array.from({ length: 200 }, (_, vip) =>
          scheduler.pick(asSignedIpv4(0), asSignedIpv4(vip), 0),
        ).join('');
      };
      assert.equal(picks([1, 1, 1]), picks([7, 0, 2]));
    });
  });

  it('hash schedulers name nobody where there is nobody', () => {
    for (const name of ['sh', 'mh', 'dh'] as const) {
      for (const flags of [[], ['fallback']] as const) {
        const scheduler = schedulers[name].make(flags);
        scheduler.update([]);
        assert.equal(scheduler.pick(asSignedIpv4(1), asSignedIpv4(1), 1), -1);
        assert.equal(choices(name, servers([0, 0]), 2, flags), '--');
      }
    }
  });

  it('wrr goes on at its place when weights with a common divisor change', () => {
    const scheduler = schedulers.wrr.make([]);
    const next = (candidates: Candidate[], count: number): string =>
      Array.from(
        { length: count },
        () => candidates[scheduler.pick(asSignedIpv4(0), asSignedIpv4(0), 0)]!.name,
      ).join('');
    const before = servers([5, 1]);
    scheduler.update(before);
    assert.equal(next(before, 2), 'AA');
    const after = servers([4, 6]);
    scheduler.update(after);
    // It asked for 4; of the new steps 5, 3, 1 that is 5 (`ip_vs_wrr_dest_changed`), from the head of the list.
    assert.equal(next(after, 6), 'BABABB');
  });

  it('wrr goes on as `ip_vs_wrr_dest_changed` does, whatever weights change when (against its list and its loop)', () => {
    const weights = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 6, 12), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(weights, fc.nat(9)), { minLength: 1, maxLength: 6 }), (rounds) => {
        const scheduler = schedulers.wrr.make([]);
        const kernel = new KernelWrr();
        for (const [changed, picks] of rounds) {
          scheduler.update(servers(changed));
          kernel.changed(changed);
          const seen = Array.from({ length: picks }, () =>
            scheduler.pick(asSignedIpv4(0), asSignedIpv4(0), 0),
          );
          assert.deepEqual(
            seen,
            seen.map(() => kernel.schedule()),
          );
        }
      }),
    );
  });

  it('mh leaves no entry of its table to nobody', () => {
    for (const weights of [[1], [1, 1], [3, 1, 2]])
      assert.doesNotMatch(choices('mh', servers(weights), 40_000), /-/);
  });

  it('sh and mh hash the client’s port only with the flag', () => {
    for (const name of ['sh', 'mh'] as const) {
      const candidates = servers([1, 1, 1]);
      const reached = (flags: readonly SchedulerFlag[]): number => {
        const scheduler = schedulers[name].make(flags);
        scheduler.update(candidates);
        return new Set(
          Array.from({ length: 50 }, (_, port) =>
            scheduler.pick(asSignedIpv4(7), asSignedIpv4(1), 1000 + port),
          ),
        ).size;
      };
      assert.deepEqual([reached([]), reached(['port'])], [1, 3]);
    }
  });

  it('one of ten servers leaves: mh moves few of the others’ clients, sh most', () => {
    const moved = (name: SchedulerName): number => {
      const all = servers(Array.from({ length: 10 }, () => 1));
      const before = choices(name, all, 10_000);
      const after = choices(
        name,
        all.filter((_, i) => i !== 4),
        10_000,
      );
      const others = [...before].filter((server) => server !== 'E').length;
      return [...before].filter((server, i) => server !== 'E' && server !== after[i]).length / others;
    };
    assert.ok(moved('mh') < 0.1, `mh ${moved('mh')}`);
    assert.ok(moved('sh') > 0.7, `sh ${moved('sh')}`);
  });

  it('rr goes on where it was when a server leaves or comes', () => {
    const [a, b, c, d] = servers([1, 1, 1, 1]) as [Candidate, Candidate, Candidate, Candidate];
    const scheduler = schedulers.rr.make([]);
    const next = (candidates: Candidate[]): string =>
      candidates[scheduler.pick(asSignedIpv4(0), asSignedIpv4(0), 0)]!.name;
    scheduler.update([a, b, c]);
    assert.equal(next([a, b, c]) + next([a, b, c]), 'AB');
    scheduler.update([a, c]);
    assert.equal(next([a, c]), 'C');
    scheduler.update([a, b, c, d]);
    assert.equal(next([a, b, c, d]) + next([a, b, c, d]), 'DA');
  });

  it('ovf: a server takes one more than its weight, then the next, then nobody', () => {
    const rig = new Rig(directorConfig({ scheduler: 'ovf', servers: [{ ...RS1, weight: 2 }, RS2] }));
    rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    for (let port = 1; port <= 6; port++) rig.give(request(port));
    const chosen = rig.decisions.filter(({ rule }) => rule === 'schedule').map(({ server }) => server);
    assert.deepEqual(chosen, ['rs1', 'rs1', 'rs1', 'rs2', 'rs2', undefined]);
  });

  it('says what it weighed, before the new connection counts', () => {
    const detail = (scheduler: SchedulerName): (string | undefined)[] => {
      const rig = new Rig(directorConfig({ scheduler, servers: [{ ...RS1, weight: 2 }, RS2] }));
      rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      rig.give(request(1));
      rig.give(request(1, ACK));
      rig.give(request(2));
      return rig.decisions.filter(({ rule }) => rule === 'schedule').map((decision) => decision.detail);
    };
    assert.deepEqual(detail('rr'), ['rr: #1', 'rr: #2']);
    assert.deepEqual(detail('wrr'), ['wrr: ≥2', 'wrr: ≥1']);
    assert.deepEqual(detail('wlc'), ['wlc: rs1 0/2, rs2 0/1', 'wlc: rs1 256/2, rs2 0/1']);
    assert.deepEqual(detail('lc'), ['lc: rs1 0, rs2 0', 'lc: rs1 256, rs2 0']);
    assert.deepEqual(detail('sed'), ['sed: rs1 1/2, rs2 1/1', 'sed: rs1 2/2, rs2 1/1']);
    assert.deepEqual(detail('ovf'), ['ovf: rs1 0/2, rs2 0/1', 'ovf: rs1 1/2, rs2 0/1']);
    assert.match(detail('mh')[0]!, /^mh: \d+\/4093$/);
  });

  it('nobody is -1, whoever is asked', () => {
    for (const [name, kind] of Object.entries(schedulers)) {
      for (const weights of [[], [0, 0]]) {
        const scheduler = kind.make([]);
        scheduler.update(weighted(servers(weights), weights));
        const picked = scheduler.pick(asSignedIpv4(1), asSignedIpv4(1), 1000);
        // A hash that deals to drained servers names one.
        const names = weights.length > 0 && (name === 'sh' || name === 'dh');
        assert.equal(picked < 0 ? picked : 0, names ? 0 : -1, `${name} ${weights.length}`);
      }
    }
  });

  it('least connections: a drained server is not weighed', () => {
    for (const [name, explained] of [
      ['lc', 'lc: A –, B 513'],
      ['wlc', 'wlc: A –, B 513/3'],
      ['sed', 'sed: A –, B 3/3'],
      ['nq', 'nq: A –, B 3/3'],
      ['fo', 'fo: A –, B 2/3'],
    ] as const) {
      const scheduler = schedulers[name].make([]);
      scheduler.update(servers([0, 3], [{ active: 1 }, { active: 2, inactive: 1 }]));
      scheduler.pick(asSignedIpv4(1), asSignedIpv4(1), 1000);
      assert.equal(scheduler.explain(), explained);
    }
  });

  it('ovf: says of a drained server that it is not weighed', () => {
    const scheduler = schedulers.ovf.make([]);
    scheduler.update(servers([0, 2]));
    scheduler.pick(asSignedIpv4(1), asSignedIpv4(1), 1000);
    assert.equal(scheduler.explain(), 'ovf: A –, B 0/2');
  });

  it('sh with the flag counts the port too: one client comes to both servers', () => {
    const chosen = (schedulerFlags: readonly SchedulerFlag[]) => {
      const rig = new Rig(directorConfig({ scheduler: 'sh', schedulerFlags, servers: [RS1, RS2] }));
      rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      for (let port = 1; port <= 20; port++) rig.give(request(port));
      const made = rig.decisions.filter(({ rule }) => rule === 'schedule').map(({ server }) => server);
      const scheduler = schedulers.sh.make(schedulerFlags);
      const candidates = [RS1, RS2].map((server) => ({
        ...servers([1])[0]!,
        ...server,
        address: toSigned(server.address),
      }));
      scheduler.update(candidates);
      const ports = Array.from({ length: 20 }, (_, i) => i + 1);
      const expected = ports.map(
        (port) => candidates[scheduler.pick(toSigned(CIP), toSigned(VIP), port)]!.name,
      );
      assert.deepEqual(made, expected);
      return new Set(made).size;
    };
    assert.deepEqual([chosen([]), chosen(['port'])], [1, 2]);
  });
});

function countOf(sequence: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of sequence) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
