import assert from 'node:assert/strict';
import {
  parseDuration,
  parsePortRange,
  parseProbability,
  parseSize,
} from '../../../src/lab/topology/quantities.ts';
import { suggest } from '../../../src/lab/topology/suggest.ts';

type Case = readonly [written: string | number, value: unknown];

const tables: Readonly<
  Record<string, readonly [parse: (written: string | number) => unknown, cases: readonly Case[]]>
> = {
  durations: [
    parseDuration,
    [
      ['1s', 1e9],
      ['200ms', 2e8],
      ['1.5 s', 1.5e9],
      ['50us', 50_000],
      ['50µs', 50_000],
      ['50μs', 50_000],
      ['2min', 120e9],
      ['1h', 3600e9],
      [0, 0],
      ['0', 0],
      [1, undefined],
      ['1', undefined],
      ['-1s', undefined],
      ['1e3s', undefined],
      ['25h', undefined],
      ['', undefined],
    ],
  ],
  sizes: [
    parseSize,
    [
      [1500, 1500],
      ['1500', 1500],
      ['100KB', 100_000],
      ['100 kb', 100_000],
      ['64KiB', 65_536],
      ['1.5KB', 1500],
      ['1MB', 1_000_000],
      ['0.5', undefined],
      [-1, undefined],
      ['2000MB', undefined],
      ['many', undefined],
    ],
  ],
  shares: [
    parseProbability,
    [
      [0.25, 0.25],
      ['25%', 0.25],
      ['.5', 0.5],
      ['100 %', 1],
      [1, 1],
      [1.01, undefined],
      ['101%', undefined],
      [-0.1, undefined],
      ['half', undefined],
    ],
  ],
  'port ranges': [
    parsePortRange,
    [
      ['40000-40999', { first: 40000, last: 40999 }],
      ['1 - 65535', { first: 1, last: 65535 }],
      [40000, { first: 40000, last: 40000 }],
      ['0-10', undefined],
      ['10-1', undefined],
      ['1-65536', undefined],
      ['1-', undefined],
    ],
  ],
};

for (const [what, [parse, cases]] of Object.entries(tables)) {
  describe(what, () => {
    for (const [written, value] of cases) {
      it(`${JSON.stringify(written)} is ${JSON.stringify(value) ?? 'none'}`, () =>
        assert.deepEqual(parse(written), value));
    }
  });
}

describe('did you mean', () => {
  const cases: readonly [written: string, known: readonly string[], meant: string | undefined][] = [
    ['ruoter', ['client', 'router'], 'router'],
    ['schedular', ['scheduler', 'servers'], 'scheduler'],
    ['VIP', ['vip'], 'vip'],
    ['rs3', ['rs1', 'rs2'], 'rs1'],
    ['speed', ['port', 'vip'], undefined],
    ['x', [], undefined],
  ];
  for (const [written, known, meant] of cases) {
    it(`${written} is ${meant ?? 'nothing'}`, () => assert.equal(suggest(written, known), meant));
  }
});
