import assert from 'node:assert/strict';
import { LiveLabs } from '../../../../src/extension/core/labs/live-labs.ts';
import { mayGoOnUnasked, RememberedLabs } from '../../../../src/extension/core/labs/remembered-labs.ts';
import { example, labsOf, ManualSource } from '../../support.ts';

const file = { uri: 'file:///lab/dr.lblab.yaml', name: 'dr.lblab.yaml', text: example('dr') };

class Memory {
  value: unknown;
  get = (): unknown => this.value;
  update = (_key: string, value: unknown): void => {
    this.value = JSON.parse(JSON.stringify(value));
  };
}

/** As the next window finds it. */
const inMemory = (memory: Memory) => [
  ...new RememberedLabs(labsOf(), {
    ...memory,
    update: () => undefined,
  }).toTakeUp(),
];

describe('the labs of a window', () => {
  it('one for each file, and whoever listens hears of it', async () => {
    const labs = labsOf();
    const heard: string[] = [];
    labs.onDidChange(({ news }) => heard.push(news));
    const [one, two] = await Promise.all([labs.open(file), labs.open(file)]);
    assert.equal(one, two);
    await one.start(file.text, new ManualSource());
    assert.deepEqual(labs.running(), [one]);
    assert.equal(heard[0], 'added');
    assert.ok(heard.includes('plan'));
    await one.stop();
    labs.discardEmpty(one);
    assert.deepEqual(labs.all(), [one]);
  });

  it('a session that never recorded anything is not kept', async () => {
    const labs = labsOf();
    const heard: string[] = [];
    labs.onDidChange(({ news }) => heard.push(news));
    labs.discardEmpty(await labs.open(file));
    assert.equal(labs.of(file.uri), undefined);
    assert.deepEqual(labs.all(), []);
    assert.deepEqual(heard, ['added', 'removed']);
  });

  it('which labs run is remembered, and nothing else is believed', async () => {
    const labs = labsOf();
    const memory = new Memory();
    const session = await labs.open(file);
    const remembered = new RememberedLabs(labs, memory);
    labs.onDidChange(() => remembered.write());
    await session.start(file.text, new ManualSource());
    assert.deepEqual(inMemory(memory), [{ uri: file.uri, engine: 'embedded' }]);
    await session.unplug('rs1', 'inside', true);
    const unplugged = [{ node: 'rs1', segment: 'inside' }];
    assert.deepEqual(inMemory(memory), [{ uri: file.uri, engine: 'embedded', unplugged }]);
    await session.stop();
    assert.deepEqual(inMemory(memory), []);
    for (const value of [
      undefined,
      7,
      'x',
      [
        ...[null, 1, {}, { uri: 1, engine: 'docker' }],
        ...[
          { uri: 'x', engine: 7 },
          { uri: 'file:///a', engine: 'constructor' },
        ],
      ],
    ]) {
      memory.value = value;
      assert.deepEqual(inMemory(memory), []);
    }
    const odd = { uri: 'x', engine: 'docker', lab: 7, unplugged: [1, null, { node: 'a' }, ...unplugged] };
    memory.value = [odd];
    assert.deepEqual(inMemory(memory), [{ uri: 'x', engine: 'docker', unplugged }]);
  });

  it('whenever the window is closed while labs are taken up, each is remembered: as it ran, or as it runs', async () => {
    const names = ['a', 'b', 'c'];
    const uris = names.map((name) => `file:///lab/${name}.lblab.yaml`);
    const memory = new Memory();
    const left = uris.map((uri, at) => ({ uri, engine: 'docker', lab: `id-${at}` }) as const);
    memory.update('', left);
    const labs = labsOf();
    const remembered = new RememberedLabs(labs, memory);
    let writes = 0;
    labs.onDidChange(() => {
      remembered.write();
      writes += 1;
      assert.deepEqual(
        inMemory(memory)
          .map(({ uri }) => uri)
          .sort(),
        uris,
      );
      for (const { uri, lab } of inMemory(memory))
        if (!labs.of(uri)?.run.isRunning) assert.equal(lab, left.find((one) => one.uri === uri)!.lab);
    });
    for (const { uri } of remembered.toTakeUp()) {
      const session = await labs.open({ ...file, uri });
      await session.start(file.text, new ManualSource());
    }
    assert.ok(writes > 6);
    assert.deepEqual(
      inMemory(memory).map(({ uri, engine }) => [uri, engine]),
      uris.map((uri) => [uri, 'embedded']),
    );
    await labs.leaveAll().catch(() => undefined);
  });

  it('what could not be taken up is not tried again each time', () => {
    const memory = new Memory();
    memory.update('', [{ uri: 'file:///gone', engine: 'embedded' }]);
    const remembered = new RememberedLabs(labsOf(), memory);
    assert.equal([...remembered.toTakeUp()].length, 1);
    assert.deepEqual(memory.value, []);
  });

  it('on Docker a lab goes on unasked only with the file that it ran', async () => {
    const labs = labsOf();
    const memory = new Memory();
    const session = await labs.open(file);
    const source = new ManualSource();
    await session.start(file.text, { name: 'docker', make: source.make });
    new RememberedLabs(labs, memory).write();
    const [remembered] = inMemory(memory);
    assert.equal(remembered!.engine, 'docker');
    assert.equal(mayGoOnUnasked(remembered!, file.text), true);
    assert.equal(mayGoOnUnasked(remembered!, `${file.text} `), false);
    // As an older version remembered it: nobody knows what it ran.
    assert.equal(mayGoOnUnasked({ uri: file.uri, engine: 'docker', lab: 'a1' }, file.text), false);
    // In memory it does no harm.
    assert.equal(mayGoOnUnasked({ uri: file.uri, engine: 'embedded' }, 'anything'), true);
    await session.stop();
  });

  it('the editor of topology files hears what a running lab knows', async () => {
    const labs = labsOf();
    const live = new LiveLabs(labs);
    const source = new ManualSource();
    const session = await labs.open(file);
    assert.equal(live.of(file.uri), undefined);
    await session.start(file.text, source);
    assert.equal(live.of(file.uri)?.serverShare('service', 'rs1'), undefined);
    source.settle();
    assert.equal(live.of(file.uri)?.serverShare('service', 'rs1'), 0.5);
    assert.equal(live.of(file.uri)?.nodeState('rs1'), 'running');
    assert.equal(live.of(file.uri)?.flowCount, session.recording.report().flows.length);
    assert.equal(live.of(file.uri)?.text, file.text);
    await session.stop();
  });
});
