import assert from 'node:assert/strict';
import { edit } from '../../lab/topology/fixtures.ts';
import { SECOND, startLab } from '../../lab/embedded/testbed.ts';
import { reportOf, verdictsOf } from '../build-report.ts';
import { DEAF, HEALED, PAIR, runPair, runWithStop } from '../pairs.ts';
import { planOf } from '../plans.ts';

const verdicts = (run: Parameters<typeof reportOf>[0], epoch = 0): (string | undefined)[] => {
  const found = verdictsOf(reportOf(run), epoch);
  return [found['one-owner'], found['announced']];
};
const withEvents = (events: string, text = PAIR): ReturnType<typeof runPair> =>
  runPair(`${text}events:\n${events}`);

describe('promises of several directors', () => {
  it('are made only where there are several', () => {
    const alone = edit(PAIR, ['  directors: [lb1, lb2]\n', '  director: lb1\n']);
    assert.deepEqual(verdicts(runPair(alone)), [undefined, undefined]);
  });

  it('one has it as long as nothing happens', () => {
    assert.deepEqual(verdicts(runPair()), ['kept', 'not seen']);
  });

  it('one owner is kept by what routers say and by who answers for the VIP, and by nothing else', () => {
    const report = reportOf(runPair());
    const { evidence } = report.promises.find(({ id }) => id === 'one-owner')!;
    const kinds = report.journeys
      .filter(({ hops }) => hops.some(({ frame }) => evidence.includes(frame)))
      .map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => kind !== 'vrrp-advertisement' && kind !== 'arp-reply'),
      [],
    );
    const early = startLab(planOf(edit(PAIR, ['after: 1500ms', 'after: 0s'])));
    early.engine.run(0.4 * SECOND);
    assert.ok(early.frames().length > 0);
    assert.deepEqual(verdicts(early), ['not seen', 'not seen'], 'nobody has said anything yet');
  });

  it('are kept by a shutdown, a crash and by the return of the preferred one', () => {
    assert.deepEqual(verdicts(runWithStop()), ['kept', 'kept']);
    for (const event of ['stop', 'crash']) {
      const run = withEvents(`  - { at: 3s, ${event}: lb1 }\n  - { at: 6s, start: lb1 }\n`);
      assert.deepEqual(verdicts(run, 1), ['kept', 'kept'], event);
      assert.deepEqual(verdicts(run, 2), ['kept', 'kept'], event);
    }
  });

  it('are kept where the preferred one was frozen, and wakes up', () => {
    const run = withEvents('  - { at: 3s, pause: lb1 }\n  - { at: 6s, start: lb1 }\n');
    for (const epoch of [1, 2])
      assert.ok(
        verdicts(run, epoch).every((verdict) => verdict !== 'broken'),
        `epoch ${epoch}`,
      );
  });

  it('a slow link lets two speak at once without a fault of theirs', () => {
    const slow = edit(PAIR, ['inside: 10.0.2.3', 'inside: { address: 10.0.2.3, delay: 50ms }']);
    const run = withEvents('  - { at: 3s, stop: lb1 }\n  - { at: 5s, start: lb1 }\n', slow);
    for (const epoch of [0, 1, 2]) assert.notEqual(verdicts(run, epoch)[0], 'broken', `epoch ${epoch}`);
  });

  it('one owner is broken by one that does not hear the other, with the advertisements of both', () => {
    const run = runPair(DEAF);
    const report = reportOf(run);
    const promise = report.promises.find(({ id }) => id === 'one-owner')!;
    assert.equal(promise.verdict, 'broken');
    const speakers = new Set(
      report.journeys
        .filter(({ hops }) => hops.some(({ frame }) => promise.evidence.includes(frame)))
        .map(({ hops }) => hops[0]!.from),
    );
    assert.ok(speakers.has('lb2'));
  });

  it('the announcement is broken once nobody told the neighbours, and not before a second has passed', () => {
    const run = runPair(HEALED);
    assert.deepEqual(verdicts(run, 2), ['broken', 'broken']);
    const early = startLab(planOf(HEALED));
    early.engine.run(8.9 * SECOND);
    assert.equal(verdicts(early, 2)[1], 'not seen');
  });

  it('an ARP reply of one that has it not breaks the first', () => {
    const run = startLab(planOf(PAIR));
    run.engine.run(3 * SECOND);
    const events = run.events.map((event) => {
      if (event.kind !== 'frame' || event.bytes[12] !== 8 || event.bytes[13] !== 6) return event;
      const isReply = event.bytes[21] === 2;
      const isOfVip = event.bytes[31] === 100;
      if (!isReply || !isOfVip) return event;
      // The same answer from lb2.
      const bytes = event.bytes.slice();
      const mac = run.plan.nodes.find(({ name }) => name === 'lb2')!.interfaces[0]!.mac;
      for (const at of [6, 22])
        for (let i = 0; i < 6; i++) bytes[at + i] = Math.floor(mac / 256 ** (5 - i)) % 256;
      return { ...event, bytes, ...(event.node === 'lb1' && { node: 'lb2' }) };
    });
    assert.equal(verdicts({ plan: run.plan, events })[0], 'broken');
  });
});
