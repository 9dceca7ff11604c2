import assert from 'node:assert/strict';
import { readRecording, saveRecording } from '../../../src/extension/labs/saved-recording.ts';
import { example, limits, ManualSource, sessionOf, translate } from '../support.ts';

interface Saved {
  readonly head: Record<string, unknown>;
  readonly changes: unknown[];
  readonly events: Record<string, unknown>[];
}

describe('a saved recording', () => {
  let text: string;
  before(async () => {
    const source = new ManualSource();
    const session = sessionOf(example('dr'));
    await session.start(example('dr'), source);
    source.settle();
    text = saveRecording(session.recording);
    await session.stop();
  });

  const read = (change: (saved: Saved) => void) => {
    const saved = JSON.parse(text) as Saved;
    change(saved);
    return readRecording(JSON.stringify(saved), limits, translate);
  };

  it('is read', () => assert.ok(read(() => undefined)));

  it('with something else in any place of an event is none, and nothing is thrown', () => {
    const { events } = JSON.parse(text) as Saved;
    const kinds = new Map(events.map((event, index) => [event['kind'], index]));
    assert.ok(kinds.size >= 3, [...kinds.keys()].join(' '));
    for (const [kind, index] of kinds)
      for (const key of Object.keys(events[index]!)) {
        const wrong = read((saved) => (saved.events[index]![key] = { hostile: true }));
        assert.equal(wrong, undefined, `${String(kind)}.${key}`);
      }
  });

  it('with a head or a change that is none is none', () => {
    const wrongs: ((saved: Saved) => void)[] = [
      (saved) => (saved.head['plan'] = {}),
      (saved) => (saved.head['engine'] = 'constructor'),
      (saved) => (saved.head['startedAt'] = 'yesterday'),
      (saved) => saved.changes.push({ epoch: 1, texts: [{}] }),
      (saved) => saved.events.push({ kind: 'of another version', timeNs: 0 }),
      (saved) => saved.events.push(null as never),
    ];
    for (const wrong of wrongs) assert.equal(read(wrong), undefined, wrong.toString());
  });
});
