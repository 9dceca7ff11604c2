import assert from 'node:assert/strict';
import { Cancelled, LabFailure } from '../../../../src/extension/core/labs/lab-failure.ts';
import type { EngineSource } from '../../../../src/extension/core/labs/lab-engine.ts';
import { example, ManualSource, savedAndRead, sessionOf } from '../../support.ts';

const dr = example('dr');
const withSh = dr.replace('scheduler: rr\n', 'scheduler: sh\n');

describe('a lab in the editor', () => {
  it('starts, records and stops; the recording stays', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    assert.equal(session.run.state.kind, 'running');
    source.settle();
    await session.stop();
    assert.equal(session.run.state.kind, 'stopped');
    assert.equal(source.closed, 1);
    const answered = session.recording
      .report()
      .flows.filter(({ kind, outcome }) => kind === 'tcp' && outcome.kind === 'answered');
    assert.equal(answered.length, 6);
    assert.equal(session.recording.opened.share('service', 'rs1'), 0.5);
  });

  it('takes a changed file to the running lab and says what changed, where', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    const outcome = await session.apply(withSh);
    assert.equal(outcome.kind, 'applied');
    const [change] = session.recording.changes;
    assert.deepEqual(change!.texts, ['scheduler rr → sh']);
    assert.equal(change!.kind, 'applied');
    assert.equal(change!.line, dr.split('\n').findIndex((line) => line.includes('scheduler:')) + 1);
    assert.equal(session.recording.plans.length, 2);
    await session.stop();
  });

  it('a file with errors leaves the lab as it is, and so does one that says the same', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    const { plan } = session.version;
    assert.equal((await session.apply('model: dr')).kind, 'invalid');
    assert.equal(session.version.plan, plan);
    assert.equal((await session.apply(`# a comment\n${dr}`)).kind, 'unchanged');
    assert.equal(session.recording.changes.length, 0);
    assert.ok(session.run.isRunning);
    await session.stop();
  });

  it('a restart goes on below what was recorded, in a new epoch', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    const { lastNs } = session.recording;
    const frames = session.recording.report().counters.frames;
    const asked = session.recording.report().requests.length;
    await session.start(withSh, source, { keep: true });
    source.settle();
    assert.deepEqual(
      session.recording.plans.map(({ epoch }) => epoch),
      [0, 1],
    );
    const [change] = session.recording.changes;
    assert.deepEqual([change!.kind, change!.epoch, change!.texts], ['restarted', 1, ['scheduler rr → sh']]);
    // One minute lies between the two starts.
    assert.equal(change!.timeNs, Math.max(lastNs, 60e9));
    const report = session.recording.report();
    assert.ok(report.counters.frames > frames);
    // Each run counts its requests from 1.
    assert.equal(report.requests.length, 2 * asked);
    assert.equal(new Set(report.requests.map(({ id }) => id)).size, 2 * asked);
    assert.equal(
      report.flows.filter(({ kind }) => kind === 'tcp').every(({ outcome }) => outcome.kind === 'answered'),
      true,
    );
    await session.stop();
  });

  it('another start begins another recording', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    await session.stop();
    const before = session.recording;
    await session.start(dr, source);
    assert.notEqual(session.recording, before);
    assert.equal(session.recording.plans.length, 1);
    await session.stop();
  });

  it('a restart with errors in the file keeps the lab that runs', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    await assert.rejects(session.start('model: dr', new ManualSource(), { keep: true }), (error) => {
      assert.ok(error instanceof LabFailure);
      assert.equal(error.remedy?.command, 'lbLab.showProblem');
      return true;
    });
    assert.ok(session.run.isRunning);
    assert.equal((await session.apply(withSh)).kind, 'applied');
    await session.stop();
    assert.equal(session.run.state.kind, 'stopped');
  });

  it('a start that is cancelled leaves nothing', async () => {
    const cancel = new AbortController();
    const source = new ManualSource();
    const { make } = source;
    source.make = async (...call) => {
      const engine = await make(...call);
      cancel.abort();
      return engine;
    };
    const session = sessionOf(dr);
    await assert.rejects(session.start(dr, source, { signal: cancel.signal }), Cancelled);
    assert.equal(session.run.state.kind, 'none');
    assert.equal(source.closed, 1);
  });

  it('what is saved while the engine is still being chosen is applied after the start', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    let found: (source: EngineSource) => void = () => assert.fail('asked first');
    const started = session.start(dr, () => new Promise((resolve) => (found = resolve)));
    const applied = session.apply(withSh);
    await Promise.resolve();
    found(source);
    await started;
    assert.equal((await applied).kind, 'applied');
    assert.equal(session.version.text, withSh);
    await session.stop();
  });

  it('is of the engine that it is being started on from the first moment', async () => {
    const session = sessionOf(dr);
    const seen = new Set<string>();
    session.onDidChange(() => seen.add(`${session.run.engineName} ${session.run.state.kind}`));
    const source: EngineSource = { name: 'docker', make: () => Promise.reject(new Error('no engine')) };
    await assert.rejects(session.start(dr, source));
    assert.deepEqual([...seen], ['docker starting', 'docker failed']);
  });

  it('a lab that somebody else took away is stopped here too, and its recording stays', async () => {
    const source = new ManualSource();
    let release: () => void = () => assert.fail('made first');
    const watched: EngineSource = {
      name: 'embedded',
      make: (plan, emit, options) => {
        release = options.onReleased;
        return source.make(plan, emit, options);
      },
      close: source.close,
    };
    const session = sessionOf(dr);
    await session.start(dr, watched);
    source.settle();
    release();
    assert.equal(session.run.state.kind, 'stopped');
    assert.equal(source.closed, 1);
    assert.equal((await session.apply(withSh)).kind, 'unchanged');
    assert.ok(session.recording.events().length > 0);
    await session.stop();
    assert.equal(source.closed, 1);
  });

  it('a start that fails says why', async () => {
    const source = new ManualSource();
    source.make = () =>
      Promise.reject(new LabFailure('no engine', { text: 'Build', command: 'lbLab.useDocker' }));
    const session = sessionOf(dr);
    await assert.rejects(session.start(dr, source), LabFailure);
    assert.deepEqual(session.run.state, { kind: 'failed', message: 'no engine', remedy: 'Build' });
    assert.equal(session.run.remedy?.text, 'Build');
  });

  it('clearing forgets what was, and numbers epochs from 0 again', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    await session.apply(withSh);
    session.clear();
    assert.equal(session.recording.report().flows.length, 0);
    await session.apply(dr);
    assert.deepEqual(
      session.recording.plans.map(({ epoch }) => epoch),
      [0, 1],
    );
    await session.stop();
  });

  it('a recording outlives the window, and the lab goes on below it', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    await session.apply(withSh);
    await session.request();
    source.settle();
    const report = session.recording.report();
    const saved = await savedAndRead(session.recording);
    await session.stop();

    const again = sessionOf(withSh);
    again.restore(saved!);
    assert.deepEqual(
      JSON.parse(JSON.stringify(again.recording.report())),
      JSON.parse(JSON.stringify(report)),
    );
    await again.start(withSh, source, { keep: true });
    source.settle();
    assert.deepEqual(
      again.recording.changes.map(({ kind }) => kind),
      ['applied', 'restarted'],
    );
    assert.ok(again.recording.report().flows.length > report.flows.length);
    await again.stop();
  });

  it('an entry of the file is one request for each of its clients', () => {
    const session = sessionOf(example('nat'), 'nat.lblab.yaml');
    assert.deepEqual(
      [0, 1, 2, 3].map((entry) => session.version.trafficOf(entry)),
      [[0, 1], [2], [3], []],
    );
    const clients = session.version.plan.traffic.map(({ from }) => from);
    assert.deepEqual(clients, ['pc1', 'pc2', 'pc1', 'pc2']);
  });

  it('nodes are stopped and started by hand', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    assert.equal(await session.run.setNode('rs1', 'stopped'), true);
    assert.equal(session.nodeState('rs1'), 'stopped');
    assert.equal(await session.run.setNode('rs1', 'paused'), false);
    assert.equal(await session.run.setNode('nobody', 'stopped'), false);
    await session.stop();
    assert.equal(await session.run.setNode('rs1', 'running'), false);
  });

  it('each change row is of its own change, also after one that changes nothing', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    await session.unplug('rs1', 'inside', true);
    // The file says what was done by hand already.
    const same = dr.replace(/(rs1:[^]*?at: \{ inside: )([\d.]+)/, '$1{ address: $2, down: true }');
    assert.equal((await session.apply(same)).kind, 'unchanged');
    await session.apply(withSh);
    source.settle();
    const rows = session.recording.changes.map(({ kind, texts }) => [
      kind,
      texts.some((text) => /sh/.test(text)),
    ]);
    assert.deepEqual(rows.at(-1), ['applied', true]);
    assert.equal(rows.filter(([, isScheduler]) => isScheduler).length, 1);
    await session.stop();
  });

  it('an interface taken off its segment stays off over changes of the file, and is back after a restart', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    // As the engine has told its plan.
    const isDown = () =>
      session.recording.plans.at(-1)!.plan.nodes.find(({ name }) => name === 'rs1')!.interfaces[0]!.down;
    assert.equal(await session.unplug('rs1', 'inside', true), true);
    assert.ok(session.run.unplugged.has('rs1', 'inside') && isDown());
    assert.deepEqual(session.recording.changes.at(-1)!.texts, ['rs1 disconnected from inside']);
    assert.equal(
      session.recording.changes.at(-1)!.line,
      dr.split('\n').findIndex((line) => line.includes('rs1:      {')) + 1,
    );
    await session.apply(withSh);
    assert.ok(isDown());
    assert.equal(await session.unplug('rs1', 'inside', false), true);
    assert.equal(isDown(), false);
    assert.equal(session.recording.plans.length, 4);
    assert.equal(await session.unplug('rs1', 'outside', true), false);
    assert.equal(await session.unplug('nobody', 'inside', true), false);

    await session.unplug('rs1', 'inside', true);
    await session.start(withSh, source, { keep: true });
    assert.equal(session.run.unplugged.has('rs1', 'inside') || isDown(), false);
    await session.stop();
    assert.equal(await session.unplug('rs1', 'inside', true), false);
  });

  it('an interface taken off its segment is off again when the lab is taken up after a reload', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source, { unplugged: [{ node: 'rs1', segment: 'inside' }] });
    source.settle();
    const isDown = () =>
      session.recording.plans.at(-1)!.plan.nodes.find(({ name }) => name === 'rs1')!.interfaces[0]!.down;
    assert.ok(session.run.unplugged.has('rs1', 'inside') && isDown());
    await session.apply(withSh);
    assert.ok(isDown());
    assert.equal(await session.unplug('rs1', 'inside', false), true);
    assert.equal(isDown(), false);
    await session.stop();
  });

  it('what came of a change stays said when the same text comes again', async () => {
    const session = sessionOf(dr);
    await session.start(dr, new ManualSource());
    await session.apply(withSh);
    assert.equal((await session.apply(withSh)).kind, 'unchanged');
    assert.equal(session.outcome?.kind, 'applied');
    await session.apply('model: dr');
    await session.apply(withSh);
    assert.equal(session.outcome?.kind, 'unchanged');
    await session.stop();
  });

  it('places of the file are found by what stands there', () => {
    const session = sessionOf(dr);
    const line = (part: string) => dr.split('\n').findIndex((one) => one.includes(part)) + 1;
    assert.equal(session.version.lineOf({ kind: 'node', name: 'rs2' }), line('rs2:'));
    assert.equal(session.version.lineOf({ kind: 'service', name: 'service' }), line('service:'));
    assert.equal(session.version.lineOf({ kind: 'setting', path: 'nodes.rs1.hideVip' }), line('rs1:      {'));
    assert.equal(session.version.lineOf({ kind: 'line', line: 3 }), 3);
    assert.equal(session.version.lineOf({ kind: 'setting', path: 'nowhere' }), undefined);
  });

  it('a lab that runs on without its window is left, and taken up in the same epoch', async () => {
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    await session.apply(withSh);
    let left = 0;
    const engine = source.made[0]!;
    Object.assign(engine, { detach: () => Promise.resolve(void (left += 1)) });
    await session.leave();
    assert.equal(left, 1);

    const again = sessionOf(withSh);
    again.restore((await savedAndRead(session.recording))!);
    const events = again.recording.events().length;
    // As an engine does that takes up a lab: it tells the plan in force, in its epoch, and goes on.
    const taking: EngineSource = {
      name: 'embedded',
      takesUp: true,
      make: (plan, emit) =>
        Promise.resolve(
          Object.assign(Object.create(engine) as typeof engine, {
            startedAt: engine.startedAt,
            start: () => {
              emit([{ kind: 'plan', timeNs: engine.nowNs, epoch: 1, plan, changes: [], durationNs: 0 }]);
              emit([{ kind: 'node', timeNs: engine.nowNs + 1, node: 'rs1', state: 'running' }]);
              return Promise.resolve();
            },
            apply: (changed: typeof plan) => {
              if (changed === plan) return Promise.resolve(false);
              emit([{ kind: 'plan', timeNs: 1e12, epoch: 2, plan: changed, changes: [], durationNs: 0 }]);
              return Promise.resolve(true);
            },
          }),
        ),
    };
    await again.start(withSh, taking, { keep: true });
    assert.ok(again.run.isRunning);
    assert.equal(again.recording.events().length, events + 1);
    assert.deepEqual(
      again.recording.plans.map(({ epoch }) => epoch),
      [0, 1],
    );
    await again.apply(dr);
    assert.deepEqual(
      again.recording.plans.map(({ epoch }) => epoch),
      [0, 1, 2],
    );
    assert.deepEqual(
      again.recording.changes.map(({ kind }) => kind),
      ['applied', 'applied'],
    );
  });
});
