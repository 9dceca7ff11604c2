import assert from 'node:assert/strict';
import fc from 'fast-check';
import { schedulerNames } from '../../src/simulation/choices.ts';
import type {
  Conditions,
  Fleet,
  Flows,
  Outcome,
  RoutedFlows,
  Scheduling,
} from '../../src/simulation/fleet.ts';
import { happeningKinds } from '../../src/simulation/fleet.ts';
import { makeFlows } from '../../src/simulation/flows.ts';
import { readHappenings } from '../../src/simulation/happenings.ts';
import { MADE_UP_VIP, madeUpDirectors, madeUpServers } from '../../src/simulation/made-up.ts';
import { routerHashes } from '../../src/simulation/router.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { DirectorsWithPackets } from './directors-with-packets.ts';

/** Flows that come back to a director that kept their entries, to one that did not, to a server that was gone. */
const comingBack = [
  'add-director:lb2,remove-director:lb2',
  'add-director:lb2,remove-server:rs1,remove-director:lb2,add-server:rs1',
  'remove-server:rs1,remove-director:lb1,add-server:rs1,add-director:lb1',
  'remove-server:rs2,add-server:rs2,remove-director:lb2,add-director:lb2',
  'drain-server:rs1,remove-director:lb1,add-director:lb1,remove-server:rs1,add-server:rs1,remove-director:lb2',
];

const usual: Conditions = { policy: 0, sync: false, sloppyTcp: true, onRemove: 'reset' };

function fleet(directors: number, servers: number, rest: Partial<Fleet> = {}): Fleet {
  return {
    directors: madeUpDirectors(directors),
    servers: madeUpServers(servers),
    vip: MADE_UP_VIP,
    port: 80,
    protocol: 'tcp',
    ...rest,
  };
}

function routed(flows: Flows, of: Fleet, policy: Conditions['policy'], seed: number): RoutedFlows {
  return { ...flows, hashes: routerHashes(flows, of, policy, seed) };
}

function run(
  of: Fleet,
  scheduling: Partial<Scheduling>,
  happens: string,
  {
    flows = 20_000,
    clients = flows,
    seed = 1,
    ...conditions
  }: Partial<Conditions> & {
    flows?: number;
    clients?: number;
    seed?: number;
  } = {},
): Outcome {
  const happenings = readHappenings(happens, of);
  assert.ok(!('code' in happenings), JSON.stringify(happenings));
  const made = makeFlows(flows, clients, seed);
  const how = { scheduler: 'mh', flags: [], ...scheduling } as const;
  const all = { ...usual, ...conditions };
  return simulate(of, how, all, happenings, routed(made, of, all.policy, seed), seed);
}

describe('a fleet without packets', () => {
  it('is what real forwarders do with real frames', () => {
    const cases = fc.record({
      directors: fc.integer({ min: 2, max: 4 }),
      weights: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 6 }),
      scheduler: fc.constantFrom(...schedulerNames),
      flags: fc.subarray(['fallback', 'port'] as const),
      protocol: fc.constantFrom('tcp', 'udp'),
      policy: fc.constantFrom(0, 1),
      onRemove: fc.constantFrom('reset', 'silent'),
      other: fc.boolean(),
      happens: fc.oneof(
        fc
          .array(fc.constantFrom(...happeningKinds), { minLength: 1, maxLength: 4 })
          .map((kinds) => kinds.join()),
        fc.constantFrom(...comingBack),
      ),
      seed: fc.nat(),
    });
    let compared = 0;
    let moved = 0;
    fc.assert(
      fc.property(
        cases,
        ({ directors, weights, scheduler, flags, protocol, other, happens, seed, ...rest }) => {
          const of = fleet(directors, weights.length, {
            protocol,
            servers: madeUpServers(weights.length).map((one, place) => ({ ...one, weight: weights[place]! })),
            ...(other && { otherOrder: 'lb2' }),
          });
          const happenings = readHappenings(happens, of);
          if ('code' in happenings) return;
          const flows = makeFlows(60, 20, seed);
          // Frames of TCP that no SYN began are refused by the forwarder; datagrams are scheduled.
          const conditions = { ...rest, sync: false, sloppyTcp: false } as const;
          const scheduling = { scheduler, flags };
          const told = simulate(
            of,
            scheduling,
            conditions,
            happenings,
            routed(flows, of, conditions.policy, seed),
            seed,
          );
          const judge = new DirectorsWithPackets(of, scheduling, conditions, happenings, flows, seed);
          for (const {
            happening,
            flows: sending,
            rerouted,
            moved: elsewhere,
            unserved,
            broken,
            minimum,
          } of told.steps) {
            const seen = judge.step(happening);
            assert.deepEqual(
              { flows: sending, rerouted, moved: elsewhere, unserved, minimum },
              seen,
              happening.kind,
            );
            assert.equal(broken, protocol === 'tcp' ? seen.moved + seen.unserved : null);
            compared++;
            moved += seen.moved;
          }
        },
      ),
      { numRuns: 200 },
    );
    assert.ok(compared > 100 && moved > 100, `${compared} steps, ${moved} moved`);
  });

  it('never loses fewer than those of a server that is gone, nor does one that is drained lose any at its director', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.boolean(), fc.nat(), (servers, sync, seed) => {
        const options = { flows: 2000, seed, sync };
        for (const scheduler of ['mh', 'sh', 'rr', 'wlc'] as const) {
          const [removed] = run(fleet(3, servers), { scheduler }, 'remove-server', options).steps;
          assert.ok(removed!.broken! >= removed!.minimum);
          if (removed!.rehashed !== null) assert.ok(removed!.rehashed >= removed!.minimum);
          const [drained] = run(fleet(3, servers), { scheduler }, 'drain-server', options).steps;
          assert.deepEqual([drained!.broken, drained!.minimum], [0, 0]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('mh: a director may go or come when all list the servers alike, and may not when the other lists them otherwise', () => {
    for (const happens of ['remove-director', 'add-director', 'remove-director,add-director']) {
      const alike = run(fleet(8, 100), {}, happens);
      assert.ok(
        alike.steps.every(({ broken, rerouted }) => broken === 0 && rerouted > 0),
        happens,
      );
    }
    const [one] = run(fleet(8, 100, { otherOrder: 'lb4' }), {}, 'remove-director:lb5').steps;
    assert.ok(one!.broken! > 0 && one!.broken! < one!.rerouted, JSON.stringify(one));
  });

  it('rr: at another director that does not know them, all but one in n go to another server; to one that does, none', () => {
    for (const servers of [2, 4, 10]) {
      const [apart] = run(fleet(8, servers), { scheduler: 'rr' }, 'remove-director').steps;
      assert.ok(Math.abs(apart!.moved / apart!.rerouted - (1 - 1 / servers)) < 0.02, JSON.stringify(apart));
      const [synced] = run(fleet(8, servers), { scheduler: 'rr' }, 'remove-director', { sync: true }).steps;
      assert.deepEqual([synced!.broken, synced!.rerouted], [0, apart!.rerouted]);
    }
  });

  it('sloppy_tcp 0: whoever comes to another director that does not know them is refused, whatever the scheduler', () => {
    const [step] = run(fleet(8, 100), {}, 'remove-director', { sloppyTcp: false }).steps;
    assert.deepEqual([step!.unserved, step!.broken, step!.moved], [step!.rerouted, step!.rerouted, 0]);
  });

  it('hash-threshold: as many come to another director as were seen with Linux', () => {
    // Of 3,000 random flows over nexthop groups of Linux: first, middle and last of N taken away.
    const seen: [number, number[]][] = [
      [3, [0.5, 0.328, 0.5]],
      [4, [0.518, 0.315, 0.482]],
      [8, [0.504, 0.277, 0.496]],
    ];
    for (const [count, shares] of seen)
      [1, (count >> 1) + 1, count].forEach((which, place) => {
        const { steps } = run(fleet(count, 2), {}, `remove-director:lb${which}`);
        const share = steps[0]!.rerouted / 20_000;
        assert.ok(Math.abs(share - shares[place]!) < 0.03, `${which} of ${count}: ${share}`);
      });
  });

  it('1,000 servers: a table of 4,093 is uneven by a fifth, one of 65,521 by less than a hundredth', () => {
    const unevenness = (tableSize: number): number =>
      run(fleet(2, 1000), { tableSize }, 'remove-server', { flows: 1000 }).tableUnevenness!;
    // 4 or 5 entries for each, of 4.093; 65 or 66, of 65.521.
    assert.equal(unevenness(4093), 5 / 4.093);
    assert.equal(unevenness(65521), 66 / 65.521);
  });

  it('1,000 servers: sh has 256 buckets, and all but 256 servers get nobody', () => {
    assert.equal(run(fleet(2, 1000), { scheduler: 'sh' }, 'remove-server').tableUnevenness, 1000 / 256);
  });

  it('a larger table hashes fewer anew when a server goes', () => {
    const rehashed = (tableSize: number): number => {
      const [step] = run(fleet(2, 100), { tableSize }, 'remove-server', { flows: 50_000 }).steps;
      return (step!.rehashed! - step!.minimum) / 50_000;
    };
    const [small, usualSize, large] = [rehashed(1021), rehashed(4093), rehashed(65521)];
    assert.ok(small > usualSize && usualSize > large && large < 0.01, `${small} ${usualSize} ${large}`);
  });

  it('a connection that is broken sends nothing more', () => {
    for (const scheduler of ['rr', 'mh', 'sh'] as const) {
      const happens = 'remove-server,remove-director:lb2,add-director:lb2,remove-director:lb3';
      const { steps } = run(fleet(8, 100), { scheduler }, happens);
      steps.slice(1).forEach(({ flows }, place) => {
        assert.equal(flows, steps[place]!.flows - steps[place]!.broken!);
      });
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const all = (seed: number) => run(fleet(8, 100), {}, 'remove-server,remove-director', { seed });
    assert.deepEqual(all(7), all(7));
    assert.notDeepEqual(all(7), all(8));
  });

  it('no two flows are the same connection', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 3000 }), (seed, clients) => {
        const { clients: addresses, ports } = makeFlows(3000, clients, seed);
        assert.equal(new Set(addresses).size, clients);
        const keys = Array.from(addresses, (address, flow) => `${address} ${ports[flow]!}`);
        assert.equal(new Set(keys).size, 3000);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what happens to a fleet', () => {
  const of = fleet(3, 3);
  const read = (text: string) => readHappenings(text, of);
  it('is who is said, who went last, or the one in the middle', () => {
    assert.deepEqual(read('remove-server:rs1, add-server'), [
      { kind: 'remove-server', name: 'rs1' },
      { kind: 'add-server', name: 'rs1' },
    ]);
    assert.deepEqual(read('remove-director'), [{ kind: 'remove-director', name: 'lb2' }]);
    assert.deepEqual(read('add-server'), [{ kind: 'add-server', name: 'rs2' }]);
  });
  const wrong: [string, string, string][] = [
    ['unplug', 'unknown', 'unplug'],
    ['', 'unknown', ''],
    ['remove-server:lb1', 'no-such', 'remove-server:lb1'],
    ['remove-server:rs1,remove-server:rs1', 'not-there', 'remove-server:rs1'],
    ['drain-server:rs1,add-server:rs1', 'already-there', 'add-server:rs1'],
    ['remove-director,remove-director,remove-director', 'last-director', 'remove-director:lb1'],
  ];
  for (const [text, code, word] of wrong)
    it(`‘${text}’: ${code}`, () => assert.deepEqual(read(text), { code, word }));
});
