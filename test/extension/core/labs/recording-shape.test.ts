import assert from 'node:assert/strict';
import { readRecording, savedParts } from '../../../../src/extension/core/labs/saved-recording.ts';
import type { LabRecording } from '../../../../src/extension/core/labs/lab-recording.ts';
import { example, limits, ManualSource, sessionOf, streamOf, translate } from '../../support.ts';

interface Record_ {
  readonly json: Record<string, unknown>;
  readonly bytes: Uint8Array;
}

/** The records of a saved recording, its head first: before each, the lengths of its JSON and of its bytes. */
function recordsOf(recording: LabRecording): Record_[] {
  return [...savedParts(recording)].flatMap((part) => {
    const records: Record_[] = [];
    for (let at = 0; part && at < part.length;) {
      const view = new DataView(part.buffer, part.byteOffset);
      const [text, bytes] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      const json = new TextDecoder().decode(part.subarray(at + 8, at + 8 + text));
      const end = at + 8 + text + bytes;
      records.push({
        json: JSON.parse(json) as Record<string, unknown>,
        bytes: part.slice(end - bytes, end),
      });
      at = end;
    }
    return records;
  });
}

function partOf(records: readonly Record_[]): Uint8Array {
  const pieces = records.flatMap(({ json, bytes }) => {
    const text = new TextEncoder().encode(JSON.stringify(json));
    const lengths = new Uint8Array(8);
    new DataView(lengths.buffer).setUint32(0, text.length, true);
    new DataView(lengths.buffer).setUint32(4, bytes.length, true);
    return [lengths, text, bytes];
  });
  return new Uint8Array(Buffer.concat(pieces));
}

describe('a saved recording', () => {
  let saved: Record_[];
  before(async () => {
    const source = new ManualSource();
    const session = sessionOf(example('dr'));
    await session.start(example('dr'), source);
    source.settle();
    saved = recordsOf(session.recording);
    await session.stop();
  });

  const read = (change: (records: Record_[]) => void) => {
    const records = saved.map((record) => ({ ...record, json: structuredClone(record.json) }));
    change(records);
    return readRecording(streamOf([partOf(records)]), limits, translate);
  };

  it('is read', async () => assert.ok(await read(() => undefined)));

  it('with something else in any place of an event is none, and nothing is thrown', async () => {
    const kinds = new Map(saved.slice(1).map(({ json }, index) => [json['kind'], index + 1]));
    assert.ok(kinds.size >= 4, [...kinds.keys()].join(' '));
    for (const [kind, index] of kinds)
      for (const key of Object.keys(saved[index]!.json)) {
        const wrong = await read((records) => (records[index]!.json[key] = { hostile: true }));
        assert.equal(wrong, undefined, `${String(kind)}.${key}`);
      }
  });

  it('with a head or a change that is none is none', async () => {
    const bytes = new Uint8Array();
    const head = (records: Record_[]) => records[0]!.json['head'] as Record<string, unknown>;
    const wrongs: ((records: Record_[]) => void)[] = [
      (records) => (head(records)['plan'] = {}),
      (records) => (head(records)['engine'] = 'constructor'),
      (records) => (head(records)['startedAt'] = 'yesterday'),
      (records) => (records[0]!.json['changes'] = [{ epoch: 1, texts: [{}] }]),
      (records) => records.push({ json: { kind: 'of another version', timeNs: 0 }, bytes }),
      (records) => records.push({ json: null as never, bytes }),
    ];
    for (const wrong of wrongs) assert.equal(await read(wrong), undefined, wrong.toString());
  });
});
