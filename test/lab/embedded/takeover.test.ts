import assert from 'node:assert/strict';
import type { FrameEvent } from '../../../src/lab/events.ts';
import { formatIpv4, formatMac } from '../../../src/packet/address.ts';
import { decodeFrame } from '../../../src/packet/decode.ts';
import { spokenIn, wordsOf } from '../spoken.ts';
import { dr, edit, pair } from '../topology/fixtures.ts';
import { exampleText, planOf, runLab, SECOND, startLab, type Run } from './testbed.ts';

/** `lb1` is preferred. */
const PAIR = edit(
  pair,
  ['directors: [director, second]', 'directors: [lb1, lb2]'],
  ['second: {', 'lb2: {'],
  ['director: {', 'lb1: {'],
  ['count: 4', 'count: 4, after: 4s'],
);
const withEvents = (events: string, text = PAIR): Run => startLab(planOf(`${text}events:\n${events}`));

/** `4609 lb1 advertises 200` for what directors send of VRRP and gratuitous ARP: the milliseconds, rounded down. */
function spoken(run: Run): string[] {
  return spokenIn(run.events).map(({ timeNs, node, what }) => `${Math.floor(timeNs / 1e6)} ${node} ${what}`);
}

/** Several times the same, told once. */
function folded(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => (count > 1 ? `${line} ×${count}` : line));
}

const vipAtRouter = ({ engine }: Run): string | undefined => {
  const { neighbours } = engine.nodeStateNow('router')!;
  const entry = neighbours.find(({ address }) => formatIpv4(address) === '10.0.2.100');
  return entry?.mac === undefined ? undefined : formatMac(entry.mac);
};
const macOf = ({ plan }: Run, name: string): string =>
  formatMac(plan.nodes.find((node) => node.name === name)!.interfaces.at(-1)!.mac);

describe('several directors in memory', () => {
  it('the preferred one takes the VIP as keepalived does, and announces it twice', () => {
    const run = startLab(planOf(PAIR));
    run.engine.run(9 * SECOND);
    assert.deepEqual(folded(spoken(run)), [
      ...['3218 lb1 advertises 200', '3218 lb1 announces 10.0.2.100 ×5'],
      ...[4218, 5218, 6218, 7218].map((time) => `${time} lb1 advertises 200`),
      ...['8218 lb1 announces 10.0.2.100 ×5', '8218 lb1 advertises 200'],
    ]);
    const advert = run.frames().find(({ bytes }) => wordsOf(bytes) === 'advertises 200')!;
    const [ethernet, ip] = decodeFrame(advert.bytes).layers;
    assert.ok(ethernet?.kind === 'ethernet' && ip?.kind === 'ipv4');
    assert.equal(formatMac(ethernet.destination), '01:00:5e:00:00:12');
    assert.deepEqual([ip.ttl, ip.trafficClass, ip.dontFragment], [255, 0xc0, false]);
  });

  it('shut down, it says so: the other one has the VIP after its skew', () => {
    const run = withEvents('  - { at: 4500ms, stop: lb1 }\n');
    run.engine.run(5.2 * SECOND);
    assert.deepEqual(folded(spoken(run)).slice(3), [
      '4500 lb1 advertises 0',
      ...['5109 lb2 advertises 100', '5109 lb2 announces 10.0.2.100 ×5'],
    ]);
  });

  it('without power it says nothing: three advertisements and the skew after its last one', () => {
    const run = withEvents('  - { at: 4500ms, crash: lb1 }\n');
    run.engine.run(8 * SECOND);
    assert.deepEqual(folded(spoken(run)).slice(3), [
      ...['7828 lb2 advertises 100', '7828 lb2 announces 10.0.2.100 ×5'],
    ]);
  });

  it('neighbours believe the announcement, and nobody else tells them', () => {
    const run = withEvents('  - { at: 4500ms, crash: lb1 }\n');
    run.engine.run(7.8 * SECOND);
    assert.equal(vipAtRouter(run), macOf(run, 'lb1'));
    run.engine.run(0.1 * SECOND);
    assert.equal(vipAtRouter(run), macOf(run, 'lb2'));
    assert.ok(run.events.every((event) => event.kind !== 'plan' || (event.forgotten ?? []).length === 0));
  });

  it('without an announcement they keep the old one', () => {
    const silent = edit(PAIR, ['segments:', 'vrrp: { garp: { repeat: 0 } }\nsegments:']);
    const run = withEvents('  - { at: 4500ms, crash: lb1 }\n', silent);
    run.engine.run(8.5 * SECOND);
    assert.deepEqual(
      folded(spoken(run)).filter((line) => line.includes('announces')),
      [],
    );
    assert.equal(vipAtRouter(run), macOf(run, 'lb1'));
  });

  it('requests are answered again once the other one has the VIP', () => {
    const run = withEvents('  - { at: 4500ms, stop: lb1 }\n');
    run.engine.runUntilSettled(100 * SECOND);
    assert.deepEqual(run.outcomes(), ['answered', 'answered', 'answered', 'answered']);
  });

  it('started again the preferred one takes over again, unless it is told not to', () => {
    const events = '  - { at: 4500ms, stop: lb1 }\n  - { at: 6s, start: lb1 }\n';
    const run = withEvents(events);
    run.engine.run(12 * SECOND);
    const last = spoken(run).filter((line) => line.includes('advertises'));
    assert.equal(
      last.findLast((line) => line.includes('lb2')),
      '9109 lb2 advertises 100',
    );
    assert.ok(last.includes('9218 lb1 advertises 200'));

    const kept = withEvents(events, edit(PAIR, ['segments:', 'vrrp: { preempt: false }\nsegments:']));
    kept.engine.run(12 * SECOND);
    assert.ok(spoken(kept).at(-1)!.includes('lb2'));
  });

  it('frozen it is taken for dead; awake again it has both for a moment, and the higher one wins', () => {
    const run = withEvents('  - { at: 4500ms, pause: lb1 }\n  - { at: 10s, start: lb1 }\n');
    run.engine.run(9 * SECOND);
    assert.ok(spoken(run).at(-1)!.startsWith('8828 lb2 advertises 100'));
    run.engine.run(4 * SECOND);
    const after = spoken(run).filter((line) => Number(line.split(' ')[0]) >= 10_000);
    assert.ok(
      after.every((line) => line.includes('lb1')),
      folded(after).join('\n'),
    );
  });

  it('frozen it says nothing, also when a setting changes meanwhile', () => {
    const run = withEvents(
      '  - { at: 4500ms, pause: lb1 }\n  - { at: 6s, set: nodes.lb1.at.inside.drop, to: [icmp] }\n',
    );
    run.engine.run(12 * SECOND);
    const own = spoken(run).filter((line) => line.includes('lb1'));
    assert.ok(
      own.length > 0 && own.every((line) => Number(line.split(' ')[0]) < 4500),
      folded(own).join('\n'),
    );
  });

  it('without the interface on which it speaks it lets go, and begins anew with it', () => {
    const run = withEvents('  - { at: 4500ms, down: lb1.inside }\n  - { at: 9s, up: lb1.inside }\n');
    run.engine.run(14 * SECOND);
    const lines = folded(spoken(run)).filter((line) => line.includes('advertises'));
    assert.ok(lines.includes('7828 lb2 advertises 100'));
    assert.ok(lines.includes('12218 lb1 advertises 200'));
  });

  it('the backup does not answer ARP for the VIP, nor carry what comes to it all the same', () => {
    const run = startLab(planOf(edit(PAIR, ['count: 4, after: 4s', 'count: 1, timeout: 1s, after: 1s'])));
    run.engine.run(3 * SECOND);
    assert.equal(vipAtRouter(run), undefined, 'nobody has it yet');
    assert.deepEqual(run.outcomes(), ['timed-out']);
  });

  it('advertisements keep no run alive', () => {
    const run = runLab(planOf(PAIR));
    assert.ok(run.engine.nowNs < 8 * SECOND, String(run.engine.nowNs));
  });

  it('is the same each time, to the byte', () => {
    const frames = (): FrameEvent[] => runLab(planOf(exampleText('lessons/takeover'))).frames();
    assert.deepEqual(frames(), frames());
  });

  it('an address that moves along is the servers’ way back in LVS-NAT', () => {
    const plain = edit(
      PAIR,
      ['model: dr', 'model: dnat'],
      ['port: 80', 'snat: false\n  port: 80'],
      ['inside: 10.0.2.11 },  gateway: router', 'inside: 10.0.2.11 },  gateway: 10.0.2.254'],
      ['inside: 10.0.2.12 },  gateway: router', 'inside: 10.0.2.12 },  gateway: 10.0.2.254'],
      ['segments:', 'vrrp: { alsoMoves: [10.0.2.254] }\nsegments:'],
    );
    const run = withEvents('  - { at: 4500ms, stop: lb1 }\n', plain);
    run.engine.runUntilSettled(100 * SECOND);
    assert.deepEqual(run.outcomes(), ['answered', 'answered', 'answered', 'answered']);
    assert.ok(folded(spoken(run)).includes('5109 lb2 announces 10.0.2.254 ×5'));
  });

  it('stopped by hand it says so too, whatever became of it before', () => {
    const run = withEvents('  - { at: 4500ms, crash: lb1 }\n  - { at: 8s, start: lb1 }\n');
    run.engine.run(13 * SECOND);
    assert.ok(spoken(run).at(-1)!.includes('lb1'));
    assert.ok(run.engine.setNodeNow('lb1', 'stopped'));
    assert.equal(spoken(run).at(-1), '13000 lb1 advertises 0');
    run.engine.run(0.7 * SECOND);
    assert.ok(folded(spoken(run)).includes('13609 lb2 advertises 100'));
  });

  it('a second director may come and go while the lab runs', () => {
    const alone = edit(PAIR, ['  directors: [lb1, lb2]\n', '  director: lb1\n']);
    const run = startLab(planOf(alone));
    run.engine.run(SECOND);
    assert.deepEqual(spoken(run), []);
    void run.engine.apply(planOf(PAIR));
    run.engine.run(4 * SECOND);
    assert.equal(spoken(run)[0], '4218 lb1 advertises 200');
    void run.engine.apply(planOf(alone));
    const { length } = spoken(run);
    run.engine.run(SECOND);
    void run.engine.apply(planOf(PAIR));
    run.engine.run(2 * SECOND);
    assert.equal(spoken(run).length, length, 'it begins anew, as a backup');
    run.engine.run(2 * SECOND);
    assert.ok(spoken(run).at(-1)!.includes('lb1'));
  });

  it('a director alone speaks to nobody', () => {
    assert.deepEqual(spoken(runLab(planOf(dr))), []);
  });
});
