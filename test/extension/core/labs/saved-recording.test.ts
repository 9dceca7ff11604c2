import assert from 'node:assert/strict';
import fc from 'fast-check';
import { STEPS_IN_A_ROW } from '../../../../src/extension/core/labs/in-slices.ts';
import { LabRecording } from '../../../../src/extension/core/labs/lab-recording.ts';
import { recentEvents } from '../../../../src/extension/core/labs/recent-events.ts';
import { RecordingShelf, type Folder } from '../../../../src/extension/core/labs/recording-shelf.ts';
import { readRecording, savedParts } from '../../../../src/extension/core/labs/saved-recording.ts';
import type { FrameEvent, LabEvent } from '../../../../src/lab/events.ts';
import { loadTopology } from '../../../../src/lab/topology/load.ts';
import { example, limits, savedAndRead, streamOf, translate } from '../../support.ts';

const { plan } = loadTopology(example('dr'), 'dr.lblab.yaml');
const head = { engine: 'embedded', startedAt: '2026-01-01T00:00:00.000000000Z', plan: plan! } as const;

function frame(timeNs: number, length = 60): FrameEvent {
  const bytes = new Uint8Array(length).fill(timeNs & 0xff);
  return {
    kind: 'frame',
    timeNs,
    node: 'rs1',
    segment: 'inside',
    direction: 'in',
    bytes,
    originalLength: length,
  };
}

const node = (timeNs: number): LabEvent => ({ kind: 'node', timeNs, node: 'rs1', state: 'running' });

function recordingOf(events: readonly LabEvent[], most = limits): LabRecording {
  const recording = new LabRecording(head, most, translate);
  recording.add([{ kind: 'plan', timeNs: 0, epoch: 0, plan: plan!, changes: [], durationNs: 0 }]);
  recording.add(events);
  return recording;
}

/** A folder of folders, in memory. */
class MemoryFolder implements Folder {
  readonly files = new Map<string, Uint8Array>();
  writes = 0;

  names = (folder?: string): Promise<readonly string[]> => {
    const paths = [...this.files.keys()].map((path) => path.split('/'));
    const names =
      folder === undefined
        ? paths.map(([first]) => first!)
        : paths.flatMap(([first, name]) => (first === folder && name ? [name] : []));
    return Promise.resolve([...new Set(names)]);
  };

  read = (path: string): Promise<Uint8Array> => {
    const bytes = this.files.get(path);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(path));
  };

  write = (path: string, bytes: Uint8Array): Promise<void> => {
    this.writes += 1;
    this.files.set(path, bytes.slice());
    return Promise.resolve();
  };

  remove = (path: string): Promise<void> => {
    for (const one of [...this.files.keys()])
      if (one === path || one.startsWith(`${path}/`)) this.files.delete(one);
    return Promise.resolve();
  };
}

const pause = () => Promise.resolve();

describe('the newest events', () => {
  it('are the last in order of time, frames by number, whatever is no longer kept', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { maxLength: 40 }),
        fc.array(fc.option(fc.nat(50), { nil: undefined }), { maxLength: 40 }),
        fc.nat(100),
        (othersNs, framesNs, most) => {
          const others = othersNs.toSorted((a, b) => a - b).map(node) as Exclude<LabEvent, FrameEvent>[];
          const sorted = framesNs.filter((ns) => ns !== undefined).sort((a, b) => a - b);
          const frames = framesNs.map((ns) => (ns === undefined ? undefined : frame(sorted.shift()!)));
          const source = {
            others,
            first: 1,
            last: frames.length,
            frame: (number: number) => frames[number - 1],
          };
          const found = [...recentEvents(source, { events: most, bytes: Infinity })].filter(
            (event) => event !== undefined,
          );
          const all = [...others, ...frames.filter((one) => one !== undefined)].sort(
            (a, b) => a.timeNs - b.timeNs,
          );
          assert.deepEqual(
            found.map(({ timeNs }) => timeNs),
            (most === 0 ? [] : all.slice(-most)).map(({ timeNs }) => timeNs),
          );
          const isNewest = found.filter((event) => event.kind === 'frame');
          assert.deepEqual(
            isNewest,
            isNewest.length === 0 ? [] : frames.filter((one) => one !== undefined).slice(-isNewest.length),
          );
        },
      ),
    );
  });
});

describe('a recording that is written down', () => {
  it('comes back as it was', async () => {
    const recording = recordingOf([frame(1), node(2), frame(3, 1514), frame(4, 0)]);
    const again = await savedAndRead(recording);
    assert.deepEqual(again!.events(), recording.events());
    assert.deepEqual(again!.head, recording.head);
  });

  it('is saved and read in slices, and in parts: nothing takes as long as the recording is', async () => {
    const recording = recordingOf(Array.from({ length: 9000 }, (_, at) => frame(at + 1, 500)));
    let inARow = 0;
    let longest = 0;
    const counting = () => {
      longest = Math.max(longest, inARow);
      inARow = 0;
      return Promise.resolve();
    };
    const steps = function* () {
      for (const part of savedParts(recording)) {
        inARow += 1;
        yield part;
      }
    };
    const folder = new MemoryFolder();
    const shelf = new RecordingShelf(folder, { pause: counting });
    await shelf.save('lab', steps());
    await counting();
    assert.ok(longest <= STEPS_IN_A_ROW, `${longest} steps in a row`);
    assert.ok([...folder.files.values()].every(({ length }) => length <= 1 << 20));
    let pauses = 0;
    const read = await readRecording(shelf.load('lab'), limits, translate, () =>
      Promise.resolve(void (pauses += 1)),
    );
    assert.equal(read!.added, recording.added);
    // At least once for so many records.
    assert.ok(pauses >= 9000 / STEPS_IN_A_ROW - folder.files.size, `${pauses}`);
  });

  it('holds the newest of what is kept, with the plan in force, however much was recorded', async () => {
    const recording = recordingOf(Array.from({ length: 900 }, (_, at) => frame(at + 1, 60)));
    for (const most of [
      { events: 100, bytes: Infinity },
      { events: Infinity, bytes: 6059 /* one less than 101 frames */ },
    ]) {
      const parts = [...savedParts(recording, most)].filter((part) => part !== undefined);
      const events = (await readRecording(streamOf(parts), limits, translate))!.events();
      assert.equal(events[0]!.kind, 'plan');
      assert.equal(events.at(-1)!.timeNs, 900);
      // As many frames as that, and the plan they were captured under.
      assert.equal(events.length, 101);
    }
  });

  it('a record longer than a part is a part', async () => {
    const recording = recordingOf([frame(1), frame(2, 3 << 20), frame(3)]);
    assert.deepEqual((await savedAndRead(recording))!.events(), recording.events());
  });

  it('what is no recording is not read, and throws nothing', async () => {
    const good = [...savedParts(recordingOf([frame(1)]))].find((part) => part !== undefined)!;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          fc.nat(good.length - 1).map((end) => good.slice(0, end)),
        ),
        async (part) => {
          const read = await readRecording(streamOf([part]), limits, translate, pause);
          assert.ok(read === undefined || read.added < 2);
        },
      ),
    );
    assert.equal(await readRecording(streamOf([]), limits, translate), undefined);
  });
});

describe('recordings on disk', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const text = async (shelf: RecordingShelf, name: string) => {
    let all = '';
    for await (const part of shelf.load(name)) all += new TextDecoder().decode(part);
    return all;
  };

  it('one is whole at any time: whatever was interrupted, the last whole one is read', async () => {
    const before = new MemoryFolder();
    await new RecordingShelf(before, { pause }).save('lab', [bytes('old '), undefined, bytes('one')]);
    const whole = new MemoryFolder();
    for (const [path, content] of before.files) whole.files.set(path, content);
    await new RecordingShelf(whole, { pause }).save('lab', [bytes('new '), bytes('one')]);
    for (let most = 0; most <= whole.writes; most += 1) {
      const folder = new MemoryFolder();
      for (const [path, content] of before.files) folder.files.set(path, content);
      const { write } = folder;
      folder.write = (path, content) =>
        folder.writes === most ? Promise.reject(new Error('gone')) : write(path, content);
      const shelf = new RecordingShelf(folder, { pause });
      await shelf.save('lab', [bytes('new '), bytes('one')]).catch(() => undefined);
      assert.equal(await text(new RecordingShelf(folder), 'lab'), most < 3 ? 'old one' : 'new one');
      // What an interrupted one left is gone after the next.
      folder.write = write;
      await shelf.save('lab', [bytes('next')]);
      assert.equal(folder.files.size, 2);
    }
  });

  it('past the limits the oldest go, never the one just written; and what older versions left', async () => {
    const folder = new MemoryFolder();
    let now = 0;
    const shelf = new RecordingShelf(folder, {
      limits: { recordings: 3, bytes: 25 },
      now: () => (now += 1),
      pause,
    });
    folder.files.set('1a2b-dr.lblab.yaml.json', bytes('{"version":1}'));
    for (const name of ['a', 'b', 'c', 'd']) await shelf.save(name, [bytes('12345')]);
    assert.deepEqual(await folder.names(), ['b', 'c', 'd']);
    await shelf.save('b', [bytes('12345')]);
    await shelf.save('e', [new Uint8Array(18)]);
    assert.deepEqual((await folder.names()).toSorted(), ['b', 'e']);
    await shelf.save('f', [new Uint8Array(1000)]);
    assert.deepEqual(await folder.names(), ['f']);
  });

  it('where there is none, or its end is not to be read, none is read', async () => {
    const folder = new MemoryFolder();
    const shelf = new RecordingShelf(folder, { pause });
    assert.equal(await text(shelf, 'nobody'), '');
    for (const end of ['', '{}', '[]', 'null', '{"parts":-1,"bytes":0,"savedAtMs":0}']) {
      folder.files.set('lab/1.end', bytes(end));
      assert.equal(await text(shelf, 'lab'), '');
    }
  });
});
