import assert from 'node:assert/strict';
import fc from 'fast-check';
import { estimateClocks } from '../../../src/captures/clocks/estimate-clocks.ts';
import { onCommonClock, type HostClock } from '../../../src/captures/clocks/host-clock.ts';
import { right, simulate, wrong, type Clock, type Simulation } from './simulated.ts';

const MS = 1e6;
const SECOND = 1e9;

const natWays = [
  ['client', 'director', 'server'],
  ['server', 'director', 'client'],
];
const drWays = [
  ['router', 'director', 'server'],
  ['server', 'router'],
];

/** A clock was set somewhere between two packets: which of the records in between were before, nobody can say. */
const AROUND_STEP = 0.15 * SECOND;

/** By how much a host's times, on the common clock, are off from the first host's; the worst. */
function worstError(clock: HostClock, own: Clock, common: Clock, moments: readonly number[]): number {
  let worst = 0;
  for (const moment of moments) {
    if (clock.pieces.some(({ fromNs }) => Math.abs(Number(own(moment) - fromNs)) < AROUND_STEP)) continue;
    const error = Number(onCommonClock(clock, own(moment)) - common(moment));
    worst = Math.max(worst, Math.abs(error));
  }
  return worst;
}

function assertTrue(simulation: Simulation): HostClock[] {
  const { hosts, pairs, moments } = simulate(simulation);
  const clocks = estimateClocks(hosts, pairs);
  const reference = simulation.clocks[hosts[0]!.name]!;
  for (const clock of clocks) {
    const own = simulation.clocks[clock.host]!;
    const worst = worstError(clock, own, reference, moments.get(clock.host)!);
    assert.notEqual(clock.halfWidthNs, undefined, `${clock.host}: ${clock.bound}`);
    assert.ok(worst <= clock.halfWidthNs! + 2, `${clock.host}: off by ${worst}, told ±${clock.halfWidthNs!}`);
  }
  assertCausal(clocks, pairs);
  return clocks;
}

function assertCausal(
  clocks: readonly HostClock[],
  pairs: ReturnType<typeof simulate>['pairs'],
  most = 2000n,
): void {
  const byHost = new Map(clocks.map((clock) => [clock.host, clock]));
  for (const { from, sentNs, to, receivedNs } of pairs) {
    const sent = onCommonClock(byHost.get(from)!, sentNs);
    const received = onCommonClock(byHost.get(to)!, receivedNs);
    assert.ok(sent <= received + most, `${from} to ${to}: ${sent - received} ns before it was sent`);
  }
}

const base = { packets: 400, lengthNs: 10 * SECOND, delayNs: 0.1 * MS, seed: 1 };

describe('estimateClocks', () => {
  for (const [name, server] of [
    ['the same clock', right],
    ['3 s', wrong(3 * SECOND)],
    ['0.3 ms', wrong(-0.3 * MS)],
    ['a year', wrong(-365 * 86400 * SECOND)],
    ['500 ppm', wrong(20 * MS, 500)],
    ['-500 ppm', wrong(20 * MS, -500)],
    ['a step of 3 s', wrong(0, 0, 3 * SECOND, 4 * SECOND)],
    ['a step of 2 ms, and a drift', wrong(5 * MS, 50, 2 * MS, 6 * SECOND)],
  ] as const) {
    it(`is right within what it says: ${name}`, () => {
      assertTrue({ ...base, clocks: { client: right, director: wrong(7 * MS), server }, ways: natWays });
      assertTrue({ ...base, clocks: { router: right, director: wrong(7 * MS), server }, ways: drWays });
    });
  }

  it('is right within what it says, whatever the clocks are', () => {
    const anyClock = fc
      .tuple(
        fc.integer({ min: -5e9, max: 5e9 }),
        fc.constantFrom(0, 0, 20, -100, 500, -500),
        fc.constantFrom(0, 0, 3e9, 1e8),
        fc.integer({ min: 2e9, max: 8e9 }),
      )
      .map(([off, ppm, step, at]) => wrong(off, ppm, step, at));
    fc.assert(
      fc.property(
        fc.tuple(anyClock, anyClock),
        fc.constantFrom(natWays, drWays),
        fc.integer(),
        ([director, server], ways, seed) => {
          const [first] = ways[0]!;
          assertTrue({ ...base, packets: 250, seed, clocks: { [first!]: right, director, server }, ways });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('tells a drift and a step where there is one, and only there', () => {
    const clocks = { client: right, director: wrong(3 * SECOND), server: wrong(0, 500) };
    const [, director, server] = assertTrue({ ...base, clocks, ways: natWays });
    assert.deepEqual(
      director!.pieces.map(({ rate }) => rate),
      [0],
    );
    assert.equal(server!.pieces.length, 1);
    assert.ok(Math.abs(server!.pieces[0]!.rate + 500e-6) < 30e-6, String(server!.pieces[0]!.rate));
    const stepped = { ...clocks, server: wrong(0, 0, 1 * SECOND, 5 * SECOND) };
    const [, , twoPieces] = assertTrue({ ...base, clocks: stepped, ways: natWays });
    assert.equal(twoPieces!.pieces.length, 2);
  });

  it('bounds from one side what was seen one way only, and keeps the order of what was seen', () => {
    const clocks = { director: right, server: wrong(2 * SECOND, 200) };
    const { hosts, pairs } = simulate({ ...base, clocks, ways: [['director', 'server']] });
    const [reference, server] = estimateClocks(hosts, pairs);
    assert.equal(reference!.bound, 'reference');
    assert.equal(server!.bound, 'at-least');
    assert.equal(server!.halfWidthNs, undefined);
    assertCausal([reference!, server!], pairs);
    const [, director] = estimateClocks([...hosts].reverse(), pairs);
    assert.equal(director!.bound, 'at-most');
  });

  it('tells clocks by one that was not set back, also among hosts that met none of known clock', () => {
    const clocks = {
      // As `ownTimesOf` tells it.
      client: wrong(0, 0, SECOND, 5 * SECOND),
      director: wrong(7 * MS),
      server: wrong(-SECOND),
    };
    const { hosts, pairs } = simulate({ ...base, clocks, ways: natWays });
    const [client, ...others] = hosts;
    const setBack = { ...client!, breaks: [clocks.client(5 * SECOND)] };
    const alone = { name: 'alone', times: [right(0)] };
    for (const [first, bounds] of [
      [[], ['both', 'reference', 'both']],
      [[alone], ['reference', 'unknown', 'unknown', 'unknown']],
    ] as const) {
      const estimated = estimateClocks([...first, setBack, ...others], pairs);
      assert.deepEqual(
        estimated.map(({ bound }) => bound),
        bounds,
      );
      const pieces = estimated.slice(first.length).map((clock) => clock.pieces.length);
      assert.deepEqual(pieces, [2, 1, 1]);
      assertCausal(estimated, pairs);
    }
  });

  it('closes a circle of one-way flows that no packet passes whole', () => {
    const { hosts, pairs } = simulate({
      ...base,
      clocks: { a: right, b: wrong(SECOND), c: wrong(-SECOND) },
      ways: [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ],
    });
    const clocks = estimateClocks(hosts, pairs);
    assert.deepEqual(
      clocks.map(({ bound }) => bound),
      ['reference', 'both', 'both'],
    );
    assertCausal(clocks, pairs);
  });

  it('believes what is given by hand, and places the others by it', () => {
    const clocks = { client: right, director: wrong(7 * SECOND), server: wrong(-SECOND) };
    const { hosts, pairs } = simulate({ ...base, clocks, ways: natWays });
    const found = estimateClocks(hosts, pairs, new Map([['director', -10n * 10n ** 9n]]));
    assert.deepEqual(
      found.map(({ bound }) => bound),
      ['both', 'given', 'both'],
    );
    assert.deepEqual(
      found[1]!.pieces.map(({ addNs }) => addNs),
      [-10n * 10n ** 9n],
    );
    const client = Number(found[0]!.pieces[0]!.addNs);
    assert.ok(Math.abs(client + 3 * SECOND) <= found[0]!.halfWidthNs!, String(client));
  });

  it('two clocks that are given stay as they are, also where packets contradict them', () => {
    const { hosts, pairs } = simulate({
      ...base,
      clocks: { a: right, b: right, c: right },
      ways: [['a', 'c', 'b']],
    });
    const given = new Map([
      ['a', 0n],
      ['b', -5_000_000_000n],
    ]);
    const clocks = estimateClocks(hosts, pairs, given);
    assert.deepEqual(
      clocks.slice(0, 2).map(({ pieces }) => pieces[0]!.addNs),
      [0n, -5_000_000_000n],
    );
    // It cannot be after the one and before the other: it is told to be that unsure.
    assert.ok(clocks[2]!.halfWidthNs! >= 2.4 * SECOND, String(clocks[2]!.halfWidthNs));
  });

  it('says nothing of a host that shares no packet with the others', () => {
    const { hosts, pairs } = simulate({
      ...base,
      clocks: { a: right, b: wrong(SECOND), x: wrong(9 * SECOND), y: wrong(8 * SECOND) },
      ways: [
        ['a', 'b'],
        ['b', 'a'],
        ['x', 'y'],
        ['y', 'x'],
      ],
    });
    const [, , x, y] = estimateClocks(hosts, pairs);
    assert.deepEqual([x!.bound, y!.bound], ['unknown', 'unknown']);
    assert.deepEqual(
      x!.pieces.map(({ addNs }) => addNs),
      [0n],
    );
    // Between themselves they are in order.
    assertCausal(
      [x!, y!],
      pairs.filter(({ from }) => from === 'x' || from === 'y'),
    );
  });

  it('is not misled by one pair that is none', () => {
    const clocks = { client: right, director: wrong(SECOND), server: right };
    const { hosts, pairs } = simulate({ ...base, clocks, ways: natWays });
    const [one] = pairs.filter(({ from, to }) => from === 'client' && to === 'director').slice(50);
    const wrongPair = { ...one!, receivedNs: one!.receivedNs - 2_000_000_000n };
    const [, director] = estimateClocks(hosts, [...pairs, wrongPair]);
    assert.equal(director!.pieces.length, 1);
    assert.ok(Math.abs(Number(director!.pieces[0]!.addNs) + SECOND) < MS);
  });

  it('has an answer for no host, no pair and one time', () => {
    assert.deepEqual(estimateClocks([], []), []);
    const clocks = estimateClocks(
      [
        { name: 'a', times: [5n] },
        { name: 'b', times: [] },
      ],
      [],
    );
    assert.deepEqual(
      clocks.map(({ bound }) => bound),
      ['reference', 'unknown'],
    );
    assert.equal(onCommonClock(clocks[1]!, 7n), 7n);
  });
});
