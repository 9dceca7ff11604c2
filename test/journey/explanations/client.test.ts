import assert from 'node:assert/strict';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Explanation } from '../../../src/journey/report.ts';
import { planOf, runLab, SECOND, startLab } from '../../lab/embedded/testbed.ts';
import { reportOf } from '../build-report.ts';
import { drText } from '../plans.ts';

const slow = drText.replace('outside: 10.0.1.10 ', 'outside: { address: 10.0.1.10, delay: 40ms } ');

function explained(text: string, entry: string): readonly Explanation[] {
  return reportOf(runLab(planOf(`${text}\ntraffic: [{ from: client, count: 1, ${entry} }]\n`))).explanations;
}

describe('a client that gave up before the answer could come', () => {
  it('is told with its own time limit, the packet that came later, and what makes the way long', () => {
    const [told, ...others] = explained(slow, 'timeout: 100ms');
    assert.deepEqual(others, []);
    assert.equal(told?.code, 'client-gave-up');
    assert.equal(told.setting, 'traffic.0.timeout');
    assert.match(told.text, /client gave up after 100ms\. /);
    assert.match(told.text, /\(Settings: traffic\.0\.timeout, nodes\.client\.at\.outside\.delay\.\)$/);
    assert.equal(told.frames.length, 1);
    assert.deepEqual(explained(slow, 'timeout: 1s'), []);
  });

  it('is told of datagrams and pings', () => {
    const both = slow.replace('outside: 10.0.1.1,', 'outside: { address: 10.0.1.1, delay: 40ms },');
    for (const protocol of ['udp', 'icmp']) {
      const text = protocol === 'udp' ? both.replace('port: 80', 'port: 80, protocol: udp') : both;
      const [told, ...others] = explained(text, `protocol: ${protocol}, timeout: 100ms`);
      assert.deepEqual(
        [told?.code, told?.setting, others],
        ['client-gave-up', 'traffic.0.timeout', []],
        protocol,
      );
      assert.deepEqual(explained(text, `protocol: ${protocol}, timeout: 1s`), [], protocol);
    }
  });

  it('is told of an answer that is cut in the middle', () => {
    const [told] = explained(slow, 'timeout: 300ms, response: 400KB');
    assert.deepEqual([told?.code, told?.setting], ['client-gave-up', 'traffic.0.timeout']);
  });

  it('is told of a load that is over too soon, not of one whose last requests are cut', () => {
    const [told] = explained(drText, 'load: { connections: 2, for: 600us }');
    assert.deepEqual([told?.code, told?.setting], ['client-gave-up', 'traffic.0.load.for']);
    assert.match(told!.text, /The load of client was over after 600us/);
    assert.deepEqual(explained(drText, 'load: { connections: 2, for: 20ms }'), []);
  });

  it('has no setting where nobody wrote the request', () => {
    const plan = planOf(`${slow}\ntraffic: [{ from: client, count: 1, timeout: 100ms }]\n`);
    const traffic = plan.traffic.map(({ written, ...entry }) => ({
      ...entry,
      ...(written === -1 && { written }),
    }));
    const [told, ...others] = reportOf(runLab({ ...plan, traffic })).explanations;
    assert.deepEqual([told?.code, told?.setting, others], ['client-gave-up', undefined, []]);
    assert.doesNotMatch(told!.text, /traffic/);
  });

  it('by an answer alone that is under way too long', () => {
    const back = drText.replace('outside: 10.0.1.1,', 'outside: { address: 10.0.1.1, delay: 80ms },');
    // The first finds out where the router is.
    const traffic = '[{ from: client, count: 1 }, { from: client, after: 5s, count: 1, timeout: 50ms }]';
    const [told, ...others] = reportOf(runLab(planOf(`${back}\ntraffic: ${traffic}\n`))).explanations;
    assert.deepEqual([told?.code, told?.setting, others], ['client-gave-up', 'traffic.1.timeout', []]);
    assert.match(told!.text, /nodes\.router\.at\.outside\.delay/);
  });

  it('is not known where its beginning was not recorded, or not all of it', () => {
    const run = runLab(planOf(`${slow}\ntraffic: [{ from: client, count: 1, timeout: 100ms }]\n`));
    const codes = (events: LabEvent[]) =>
      reportOf({ plan: run.plan, events }).explanations.map(({ code }) => code);
    assert.deepEqual(codes(run.events), ['client-gave-up']);
    const isSyn = (event: LabEvent) => event.kind === 'frame' && event.bytes[47] === 2;
    assert.deepEqual(codes(run.events.filter((event) => !isSyn(event))), []);
    const cut: LabEvent = { kind: 'capture', timeNs: 0, node: 'rs1', segment: 'inside', detail: 'headers' };
    assert.deepEqual(codes([cut, ...run.events]), []);
  });

  it('is not what a load suffers that gets some answers in its time', () => {
    assert.deepEqual(explained(slow, 'load: { connections: 2, for: 300ms }'), []);
  });

  it('is not what happened where a packet was lost, or the server stood still', () => {
    const lossy = drText.replace('inside: 10.0.2.11 ', 'inside: { address: 10.0.2.11, loss: 100% } ');
    assert.deepEqual(
      explained(lossy, 'timeout: 1ms').map(({ code }) => code),
      ['link-loss'],
    );
    const run = startLab(
      planOf(`${drText}\ntraffic: [{ from: client, after: 100ms, count: 1, timeout: 1s }]\n`),
    );
    void run.engine.setNode('rs1', 'paused');
    run.engine.run(3 * SECOND);
    void run.engine.setNode('rs1', 'running');
    run.engine.runUntilSettled(100 * SECOND);
    const { requests, explanations } = reportOf(run);
    assert.equal(requests[0]!.outcome, 'lost');
    assert.ok(explanations.every(({ code }) => code !== 'client-gave-up'));
  });
});
