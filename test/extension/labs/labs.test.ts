import assert from 'node:assert/strict';
import { Labs } from '../../../src/extension/labs/labs.ts';
import { LiveLabs } from '../../../src/extension/labs/live-labs.ts';
import {
  mayGoOnUnasked,
  rememberedLabs,
  rememberRunning,
} from '../../../src/extension/labs/remembered-labs.ts';
import { example, limits, ManualSource, translate } from '../support.ts';

const file = { uri: 'file:///lab/dr.lblab.yaml', name: 'dr.lblab.yaml', text: example('dr') };

class Memory {
  value: unknown;
  get = (): unknown => this.value;
  update = (_key: string, value: unknown): void => {
    this.value = JSON.parse(JSON.stringify(value));
  };
}

describe('the labs of a window', () => {
  it('one for each file, and whoever listens hears of it', async () => {
    const labs = new Labs({ translate, limits: () => limits });
    const heard: string[] = [];
    labs.onDidChange(({ news }) => heard.push(news));
    const [one, two] = await Promise.all([labs.open(file), labs.open(file)]);
    assert.equal(one, two);
    await one.start(file.text, new ManualSource());
    assert.deepEqual(labs.running(), [one]);
    await labs.close(file.uri);
    assert.deepEqual(labs.all(), []);
    assert.equal(heard[0], 'added');
    assert.equal(heard.at(-1), 'removed');
    assert.ok(heard.includes('plan'));
  });

  it('a session that never recorded anything is not kept', async () => {
    const labs = new Labs({ translate, limits: () => limits });
    labs.discardEmpty(await labs.open(file));
    assert.equal(labs.of(file.uri), undefined);
  });

  it('which labs run is remembered, and nothing else is believed', async () => {
    const labs = new Labs({ translate, limits: () => limits });
    const memory = new Memory();
    const session = await labs.open(file);
    await session.start(file.text, new ManualSource());
    rememberRunning(labs, memory);
    assert.deepEqual(rememberedLabs(memory), [{ uri: file.uri, engine: 'embedded' }]);
    await session.stop();
    rememberRunning(labs, memory);
    assert.deepEqual(rememberedLabs(memory), []);
    const wrong = [
      ...[null, 1, {}, { uri: 1, engine: 'docker' }, { uri: 'file:///a', engine: 'constructor' }],
      ...[{ lab: {} }, { text: 1 }].map((more) => ({ uri: 'file:///a', engine: 'docker', ...more })),
    ];
    for (const value of [undefined, 7, 'x', wrong]) {
      memory.value = value;
      assert.deepEqual(rememberedLabs(memory), []);
    }
  });

  it('on Docker a lab goes on unasked only with the file that it ran', async () => {
    const labs = new Labs({ translate, limits: () => limits });
    const memory = new Memory();
    const session = await labs.open(file);
    const source = new ManualSource();
    await session.start(file.text, { name: 'docker', make: source.make });
    rememberRunning(labs, memory);
    const [remembered] = rememberedLabs(memory);
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
    const labs = new Labs({ translate, limits: () => limits });
    const live = new LiveLabs(labs);
    const source = new ManualSource();
    const session = await labs.open(file);
    assert.equal(live.of(file.uri), undefined);
    await session.start(file.text, source);
    assert.equal(live.of(file.uri)?.serverShare('service', 'rs1'), undefined);
    source.settle();
    assert.equal(live.of(file.uri)?.serverShare('service', 'rs1'), 0.5);
    assert.equal(live.of(file.uri)?.nodeState('rs1'), 'running');
    await session.stop();
  });
});
