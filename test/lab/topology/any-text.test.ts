import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { checkTopology } from '../../../src/lab/topology/check.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { makePlan } from '../../../src/lab/topology/make-plan.ts';
import { parseTopology } from '../../../src/lab/topology/parse.ts';
import { allSettings } from '../../../src/lab/topology/settings.ts';
import { dnat, dr, fixtures, nat, tun } from './fixtures.ts';

const sound = [dr, dnat, nat, tun];

describe('any text', () => {
  it('is loaded without an exception, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: fc.constantFrom(...'ab:-*&!{}[],#|>\'"%@`<? \n\t'), maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (written) => void load(written)),
      { numRuns: 1000 },
    );
  });

  it('is loaded, being a topology with some characters cut out or changed', () => {
    const place = fc.nat({ max: 600 });
    const change = fc.tuple(
      place,
      fc.nat({ max: 12 }),
      fc.constantFrom('', ' ', '\n', ':', '{', '}', '- ', '*a', '&a ', '0', 'rs1', '\t', '\u2028'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...sound),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (text, changes) => {
          load(
            changes.reduce(
              (result, [at, length, by]) => result.slice(0, at) + by + result.slice(at + length),
              text,
            ),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is loaded, being YAML that uses our words at random', () => {
    const words = [...new Set(allSettings().flatMap(({ setting }) => setting.id.split('.')))];
    const key = fc.constantFrom(
      ...words,
      'rs1',
      'inside',
      '10.0.0.0/8',
      'constructor',
      '__proto__',
      'toString',
    );
    const leaf = fc.constantFrom<unknown>(
      'dr',
      'nat',
      'tun',
      'rs1',
      'inside',
      'server',
      'router',
      '10.0.2.1',
      '10.0.2.0/24',
      '1s',
      80,
      0,
      -1,
      1e30,
      true,
      null,
      '',
      NaN,
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'tree' },
        leaf,
        fc.dictionary(key, tie('tree'), { depthIdentifier: 'tree' }),
        fc.array(tie('tree'), { maxLength: 3, depthIdentifier: 'tree' }),
      ),
    }));
    const top = fc.record({
      model: fc.constantFrom('nat', 'dr', 'tun', 'dnat'),
      segments: tree,
      nodes: tree,
      service: tree,
      traffic: tree,
    });
    fc.assert(
      fc.property(fc.oneof(top, tree), (value) => void load(stringify(value))),
      { numRuns: 500 },
    );
  });

  it('gives a plan even of a file with errors, for whoever asks', () => {
    for (const text of Object.values(fixtures)) {
      const { document } = parseTopology(text, 'fixture.lblab.yaml');
      if (document) makePlan(document);
      if (document) checkTopology(document);
    }
  });

  it('is refused quickly when it is a bomb of aliases, brackets or keys', () => {
    const laughs = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`),
    ].join('\n');
    const bombs = [
      laughs,
      '['.repeat(100_000),
      '{a: '.repeat(50_000),
      `${'- '.repeat(50_000)}x`,
      'a: '.repeat(50_000),
      '[ # ]\n'.repeat(50_000),
      'x'.repeat(2_000_000),
    ];
    for (const text of bombs) {
      const { plan, problems } = load(text);
      assert.equal(plan, undefined);
      assert.equal(problems[0]?.severity, 'error');
    }
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n');
    assert.equal(load(keys).plan, undefined);
  });

  it('of more words and marks than any topology has is refused before anything is made of them', () => {
    const units = [
      '}',
      '{',
      '{}',
      '{},',
      '{}\n',
      '}\n',
      '[],',
      ',',
      ': ',
      '- ',
      '? ',
      '! ',
      '&a ',
      '%\n',
      '-\n',
    ];
    const { stackTraceLimit } = Error;
    for (const unit of [...units, 'a: {}\n', '<<: {}\n', '{'.repeat(50) + '}'.repeat(50)])
      for (const before of ['', 'model: dr\nnodes: { ', 'model: dr\nnodes:\n  a: ']) {
        const { plan, problems } = load(before + unit.repeat(240_000 / unit.length));
        assert.equal(plan, undefined);
        // In braces a text goes on to their end: that is one word, however long it is.
        if (problems.length !== 1 || problems[0]!.code !== 'yaml-too-large')
          assert.ok(
            problems.length < 100 && /[-,:?%!&]/.test(unit),
            `${before}${unit}: ${problems[0]?.code}`,
          );
      }
    assert.equal(Error.stackTraceLimit, stackTraceLimit);
  });

  it('may use anchors, aliases and merge keys', () => {
    const text = dr
      .replace('rs1:      {', 'rs1:      &server {')
      .replace(
        'rs2:      { role: server,   at: { inside: 10.0.2.12 },  gateway: router }',
        'rs2: { <<: *server, at: { inside: 10.0.2.12 } }',
      );
    assert.deepEqual(loadTopology(text, 'x.lblab.yaml').plan, loadTopology(dr, 'x.lblab.yaml').plan);
  });

  it('is loaded with a map where a duration stands', () => {
    const { problems } = loadTopology('model: nat\ntraffic:\n  - { after: {} }\n', 'x.lblab.yaml');
    assert.ok(
      problems.some(({ code }) => code === 'bad-duration'),
      JSON.stringify(problems),
    );
  });
});

/** Every problem lies within the text. */
function load(text: string): ReturnType<typeof loadTopology> {
  const result = loadTopology(text, 'any.lblab.yaml');
  for (const { range, fix, related = [] } of result.problems) {
    for (const { start, end } of [
      range,
      ...(fix ? [fix.range] : []),
      ...related.map((other) => other.range),
    ]) {
      assert.ok(start.offset >= 0 && start.offset <= end.offset && end.offset <= text.length);
      assert.ok(start.line >= 1 && start.column >= 1);
    }
  }
  return result;
}
