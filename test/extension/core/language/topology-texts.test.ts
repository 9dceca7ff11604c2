import assert from 'node:assert/strict';
import { Composer } from 'yaml';
import { findings } from '../../../../src/extension/core/findings/findings.ts';
import { breakIt } from '../../../../src/extension/core/first-run/break-it.ts';
import { complete } from '../../../../src/extension/core/language/complete/complete.ts';
import { diagnose } from '../../../../src/extension/core/language/diagnose.ts';
import { inlayHints } from '../../../../src/extension/core/language/inlay-hints.ts';
import { outline } from '../../../../src/extension/core/language/outline.ts';
import { TopologyTexts } from '../../../../src/extension/core/language/topology-texts.ts';
import { namesAt } from '../../../../src/extension/core/panel/names-at.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

/** How often a text is made YAML while this runs. */
async function reads(run: () => unknown): Promise<number> {
  const { compose } = Composer.prototype;
  let count = 0;
  Composer.prototype.compose = function (...args) {
    count += 1;
    return compose.apply(this, args);
  };
  try {
    await run();
    return count;
  } finally {
    Composer.prototype.compose = compose;
  }
}

describe('texts of topology files', () => {
  it('a save is read once: by the editor while it is typed, not again by the lab', async () => {
    const texts = new TopologyTexts();
    const dr = example('dr');
    const session = sessionOf(dr, 'dr.lblab.yaml', texts);
    const source = new ManualSource();
    await session.start(dr, source);
    const typed = dr.replace('scheduler: rr\n', 'scheduler: sh\n');
    const file = { uri: session.uri, name: session.file, text: typed };
    const types = () => {
      complete(texts.of(file), 20, translate);
      outline(texts.of(file));
      diagnose(texts.of(file), translate);
      inlayHints(texts.of(file), translate);
      namesAt(texts.of(file), session.version.plan, 20);
    };
    const saves = async () => {
      assert.equal((await session.apply(typed)).kind, 'applied');
      source.settle();
      const { recording, version } = session;
      findings(recording.report(), recording.epoch, version.places, version.plan.expect);
      // A command that saves takes the same text there twice.
      await session.apply(typed);
      breakIt(texts.of(file), 'rs1');
      await session.start(typed, source, { keep: true });
    };
    assert.equal(await reads(types), 1);
    assert.equal(await reads(saves), 0);
    assert.equal(session.version.document, texts.of(file).loaded.document);
    await session.stop();
  });

  it('a file that no editor shows is read once for each save', async () => {
    const dr = example('dr');
    const session = sessionOf(dr);
    const source = new ManualSource();
    assert.equal(await reads(() => session.start(dr, source)), 0);
    const changed = dr.replace('scheduler: rr\n', 'scheduler: sh\n');
    assert.equal(await reads(() => session.apply(changed)), 1);
    assert.equal(await reads(() => session.apply('model: dr')), 1);
    await session.stop();
  });

  it('files are told apart by their address, and read by their name', () => {
    const texts = new TopologyTexts();
    const file = { uri: 'file:///a', name: 'a.lblab.yaml', text: example('dr') };
    const topology = texts.of(file);
    assert.equal(texts.of({ ...file }), topology);
    assert.notEqual(texts.of({ ...file, uri: 'file:///b' }), topology);
    assert.equal(texts.of(file), topology);
    assert.equal(texts.of({ ...file, name: 'b.lblab.yaml' }).plan?.lab, 'b');
  });

  it('what nobody has asked for lately is forgotten', () => {
    const texts = new TopologyTexts();
    const file = (number: number) => ({ uri: `file:///${number}`, name: 'a', text: '' });
    const [kept, forgotten] = [texts.of(file(0)), texts.of(file(1))];
    for (let number = 2; number < 20; number++) {
      texts.of(file(number));
      assert.equal(texts.of(file(0)), kept);
    }
    assert.notEqual(texts.of(file(1)), forgotten);
  });
});
