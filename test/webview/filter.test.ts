import assert from 'node:assert/strict';
import fc from 'fast-check';
import { completeFilter } from '../../src/webview/filter/complete-filter.ts';
import { filterFault, mended } from '../../src/webview/filter/filter-fault.ts';
import { kindOf, kinds, withKind, type Kind } from '../../src/webview/filter/kinds.ts';
import { matchFilter } from '../../src/webview/filter/match-filter.ts';
import { parseFilter } from '../../src/webview/filter/parse-filter.ts';
import { exampleText, Mirror, quiet } from './support/mirror.ts';

describe('webview: the filter', () => {
  let mirror: Mirror;
  before(async () => {
    mirror = new Mirror(exampleText('dr'), 'dr').show();
    await quiet(mirror);
  });

  const flows = (text: string): number[] => {
    const { table, names } = mirror.words();
    const shown = matchFilter(parseFilter(text), table, names);
    return [...table.flowIds()].filter((id) => shown?.flow(id) ?? true);
  };
  const packets = (text: string): string[] => {
    const { table, names } = mirror.words();
    const shown = matchFilter(parseFilter(text), table, names);
    return [...table.flowIds()]
      .flatMap((id) => [...table.journeyIds(id)])
      .filter((id) => shown?.packet(id) ?? true)
      .map((id) => table.journey(id)!.kind);
  };

  it('reads keys, words, texts, quotes and negation', () => {
    assert.deepEqual(parseFilter('node:rs1 -proto:arp lost "GET /" -again'), [
      { key: 'node', value: 'rs1', negated: false },
      { key: 'proto', value: 'arp', negated: true },
      { key: 'lost', value: '', negated: false },
      { key: 'text', value: 'get /', negated: false },
      { key: 'again', value: '', negated: true },
    ]);
    assert.deepEqual(parseFilter('node: - 10.0.0.1:80'), [
      { key: 'text', value: '10.0.0.1:80', negated: false },
    ]);
  });

  it('any text is a filter', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        flows(text);
        completeFilter(text, text.length, mirror.lab);
      }),
    );
  });

  it('finds flows by what they are and packets by where they went', () => {
    assert.deepEqual(flows('flow:2'), [2]);
    assert.ok(flows('proto:arp').length > 3);
    assert.deepEqual(flows('-proto:arp'), flows('proto:tcp'));
    assert.deepEqual(flows('/hello').length, 2);
    assert.equal(flows('server:rs1').length + flows('server:rs2').length, 6);
    assert.deepEqual(new Set(packets('kind:syn node:director')), new Set(['syn']));
    assert.equal(packets('changed:dst.mac kind:syn').length, 6);
    assert.deepEqual(packets('changed:src.ip'), []);
    assert.deepEqual(packets('reply node:director -proto:arp'), [], 'in DR replies go around the director');
    assert.deepEqual(flows('lost'), []);
  });

  it('completes keys, then their values', () => {
    const words = (text: string) =>
      completeFilter(text, text.length, mirror.lab).completions.map(({ word }) => word);
    assert.deepEqual(words('nod'), ['node:']);
    assert.deepEqual(words('lost node:rs'), ['node:rs1', 'node:rs2']);
    assert.deepEqual(words('-changed:dst.m'), ['-changed:dst.mac']);
    assert.deepEqual(words('segment:'), ['segment:outside', 'segment:inside']);
  });

  it('says what is misspelt, and what was likely meant', () => {
    const told = (text: string) => {
      const fault = filterFault(text, mirror.lab);
      return fault && [fault.kind, fault.word, fault.meant, mended(text, fault)];
    };
    assert.deepEqual(told('lost nod:rs1'), ['key', 'nod:', 'node:', 'lost node:rs1']);
    assert.deepEqual(told('node:sr1 lost'), ['value', 'node:sr1', 'node:rs1', 'node:rs1 lost']);
    assert.deepEqual(told('server:nobody'), ['value', 'server:nobody', undefined, 'server:nobody']);
    for (const sound of ['', 'node:rs1 -proto:arp', 'port:80', '10.0.2.100:80', 'flow:3', 'hello'])
      assert.equal(told(sound), undefined, sound);
  });

  it('whatever is typed, mending what is said to be wrong ends', () => {
    const words = fc.array(fc.constantFrom('nod:', 'node:sr1', 'lost', 'protp:tcp', 'kind:sin', 'x:y', '"'));
    fc.assert(
      fc.property(words, (all) => {
        let text = all.join(' ');
        for (let turns = 0; turns <= 2 * all.length; turns++) {
          const fault = filterFault(text, mirror.lab);
          if (fault?.meant === undefined) return;
          const next = mended(text, fault);
          assert.notEqual(next, text);
          text = next;
        }
        assert.fail(text);
      }),
    );
  });

  it('each kind of rows is a word of the filter, one at a time', () => {
    for (const kind of Object.keys(kinds) as Kind[]) {
      const text = withKind('node:rs1 proto:arp', kind);
      assert.equal(kindOf(text), kind);
      assert.equal(withKind(text, 'all'), 'node:rs1');
    }
    assert.deepEqual(flows(kinds.requests), flows('proto:tcp'));
  });
});
