import assert from 'node:assert/strict';
import { compareLines, differenceOf, type ComparedLine } from '../../src/webview/compare-lines.ts';

const packet = (title: string): ComparedLine => ({ title, parts: ['request'], packet: true });
const hop = (number: number, ...parts: string[]): ComparedLine => ({
  title: `hop ${number}`,
  parts,
  packet: false,
});

describe('webview: two flows side by side', () => {
  it('only what differs is left; equal hops are counted, and packets without a difference are not named', () => {
    const [before, after] = ['rs1', 'rs2'].map((server) => [
      packet('SYN'),
      hop(1, 'client → router', 'TTL 64'),
      hop(2, `director → ${server}`, 'TTL 62'),
      packet('ACK'),
      hop(1, 'client → router', 'TTL 64'),
      hop(2, 'router → director'),
    ]);
    assert.deepEqual(compareLines(before!, after!), [
      { kind: 'same', count: 1 },
      { kind: 'pair', title: 'SYN', packet: true, first: [], second: [] },
      { kind: 'pair', title: 'hop 2', packet: false, first: ['director → rs1'], second: ['director → rs2'] },
      { kind: 'same', count: 2 },
    ]);
    assert.deepEqual(compareLines(before!, before!), [{ kind: 'same', count: 4 }]);
  });

  it('packets of different kinds are named both, and what is missing on one side is told', () => {
    const rows = compareLines([packet('SYN')], [packet('SYN-ACK'), hop(1, 'rs1 → router')]);
    assert.deepEqual(rows, [
      { kind: 'pair', title: 'SYN | SYN-ACK', packet: true, first: [], second: [] },
      { kind: 'pair', title: 'hop 1', packet: false, first: undefined, second: ['rs1 → router'] },
    ]);
  });

  it('the letters that differ are told apart from those around them', () => {
    assert.deepEqual(differenceOf('chose rs1 (rr)', 'chose rs2 (rr)'), ['chose rs', '1', ' (rr)']);
    assert.deepEqual(differenceOf('TTL 64', 'TTL 64'), ['TTL 64', '', '']);
    assert.deepEqual(differenceOf('aa', 'a'), ['a', 'a', '']);
    assert.deepEqual(differenceOf('选中 rs1', ''), ['', '选中 rs1', '']);
  });
});
