import assert from 'node:assert/strict';
import type { RequestEnd } from '../../../src/lab/events.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { ask, type Told } from '../asking.ts';
import { reportOf } from '../build-report.ts';
import { drTable, Story, whole, type PacketName, type Tamper } from '../oracle.ts';
import { drText, planOf } from '../plans.ts';

const dr = planOf(drText);
const talk = (names: readonly PacketName[] = whole, tamper?: Tamper) =>
  new Story(dr).talk(drTable(), names, tamper);
const sentAt = (story: Story) => story.events.filter(({ kind }) => kind === 'frame')[0]!.timeNs;

describe('a request as the report has it', () => {
  it('has what was asked, when it was sent and over, and by which flow', () => {
    const story = talk();
    const { requests } = reportOf(
      ask(story, { end: { outcome: 'answered', bytes: 4, ofBytes: 4 }, endNs: 1e9 }),
    );
    assert.deepEqual(requests, [
      {
        id: 1,
        client: 'client',
        address: '10.0.2.100',
        port: 80,
        protocol: 'tcp',
        by: 'file',
        request: 'GET /',
        askedNs: 1,
        sentNs: sentAt(story),
        endNs: 1e9,
        outcome: 'answered',
        bytes: 4,
        ofBytes: 4,
        flows: [1],
      },
    ]);
  });

  it('was sent no earlier than it was asked, though another went the same way before', () => {
    const text = drText.replace('port: 80,', 'port: 80, protocol: udp,');
    const traffic = '\ntraffic: [{ from: client, count: 2, every: 1s, sourcePort: 5060 }]\n';
    const { requests, flows } = reportOf(runLab(planOf(text + traffic)));
    assert.deepEqual(requests[0]!.flows, requests[1]!.flows);
    const { startNs } = flows.find(({ id }) => id === requests[0]!.flows[0])!;
    assert.deepEqual(
      requests.map(({ askedNs, sentNs }) => [askedNs, sentNs]),
      [
        [0, startNs],
        [1e9, 1e9],
      ],
    );
  });

  it('of a ping has neither port nor path, and what was never sent no time and no flow', () => {
    const told: Told = {
      protocol: 'icmp',
      end: { outcome: 'unsent', reason: 'node-stopped' },
      endNs: 1,
    };
    assert.deepEqual(reportOf(ask(new Story(dr), told)).requests, [
      {
        id: 1,
        client: 'client',
        address: '10.0.2.100',
        protocol: 'icmp',
        by: 'file',
        request: '',
        askedNs: 1,
        endNs: 1,
        outcome: 'unsent',
        reason: 'node-stopped',
        flows: [],
      },
    ]);
  });

  it('stands for as many alike as its client told', () => {
    const timesOf = (times?: number) => {
      const story = ask(new Story(dr), { end: { outcome: 'unsent' }, endNs: 1 });
      const events = story.events.map((event) =>
        event.kind === 'request' && times !== undefined ? { ...event, times } : event,
      );
      return reportOf({ plan: dr, events }).requests[0]!.times;
    };
    assert.deepEqual([timesOf(), timesOf(1), timesOf(2)], [undefined, undefined, 2]);
  });

  it('is lost where its client got nothing, unless frames say more', () => {
    const rows: readonly (readonly [end: RequestEnd['outcome'], story: Story, outcome: string])[] = [
      ['timed-out', talk(['syn'], (step) => (step.lost = step.leg === 1)), 'lost'],
      ['timed-out', talk(['syn', 'rst']), 'refused'],
      ['unreachable', talk(['syn', 'rst']), 'refused'],
      ['unreachable', talk(['syn']), 'lost'],
      ['timed-out', new Story(dr), 'lost'],
      ['refused', talk(['syn']), 'refused'],
      ['cut', talk(['syn']), 'open'],
      ['partial', talk(['syn']), 'partial'],
    ];
    for (const [end, story, outcome] of rows) {
      const [request] = reportOf(ask(story, { end: { outcome: end }, endNs: 2e9 })).requests;
      assert.equal(request!.outcome, outcome, end);
    }
    const [open] = reportOf(ask(talk(['syn']))).requests;
    assert.equal(open!.outcome, 'open');
    assert.ok(!('endNs' in open!));
  });
});

describe('a load', () => {
  const result = {
    requests: 500,
    errors: 3,
    durationNs: 2e9,
    bytes: 7000,
    p50Ns: 10,
    p99Ns: 20,
    limited: false,
  };
  const loaded = (load: typeof result, connections = 8) =>
    reportOf(
      ask(talk(), {
        entry: { load: { connections, durationNs: 2e9 } },
        sourcePort: 0,
        end: { outcome: 'partial', load },
        endNs: 3e9,
      }),
    );

  it('tells what it came to, by the second', () => {
    const { durationNs, ...counted } = result;
    assert.equal(durationNs, 2e9);
    assert.deepEqual(loaded(result).loads, [
      {
        client: 'client',
        address: '10.0.2.100',
        port: 80,
        connections: 8,
        startNs: 1,
        endNs: 3e9,
        ...counted,
        requestsPerSecond: 250,
      },
    ]);
  });

  it('that took no time has no rate', () => {
    assert.equal(loaded({ ...result, durationNs: 0 }).loads[0]!.requestsPerSecond, 0);
    assert.equal(Math.round(loaded({ ...result, durationNs: 1 }).loads[0]!.requestsPerSecond), 500e9);
  });

  it('has all of its connections, and frames have no part in how they ended', () => {
    const { requests, flows } = loaded(result);
    assert.deepEqual([requests[0]!.flows, requests[0]!.load], [[1], { requests: 500, errors: 3 }]);
    assert.deepEqual(
      [flows[0]!.partial, flows[0]!.outcome, flows[0]!.requests],
      ['load', { kind: 'answered' }, undefined],
    );
  });

  it('that has not ended tells nothing', () => {
    const story = ask(talk(), { entry: { load: { connections: 1, durationNs: 2e9 } }, sourcePort: 0 });
    assert.deepEqual(reportOf(story).loads, []);
  });
});
