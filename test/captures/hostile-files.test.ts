import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inferCaptures } from '../../src/captures/infer-captures.ts';
import { problemOfReading } from '../../src/captures/reading.ts';
import { readPieces } from '../../src/captures/read-pieces.ts';
import { tellCaptures } from '../../src/captures/tell-captures.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { writePcap } from '../../src/packet/pcap.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { makeTranslate } from '../support/translate.ts';
import { capturedOf, only } from './captured.ts';

const translate = makeTranslate('en');
const startedAt = '2026-01-01T00:00:00.000000000Z';

describe('a capture that is cut or damaged anywhere', function () {
  this.timeout(120_000);
  let plan: Plan;
  const files = new Map<string, Uint8Array>();
  before(async () => {
    const captured = await capturedOf('tun');
    ({ plan } = captured);
    const one = only(captured.capture, ['director.front']);
    // As with `tcpdump -s 96`: every cut and change is in a header or near one.
    const few = {
      ...one,
      records: one.records.slice(0, 5).map((record) => ({ ...record, bytes: record.bytes.slice(0, 96) })),
    };
    files.set('pcap', writePcap(few.records));
    files.set('pcapng', writePcapng(few));
    for (const [name, bytes] of [...files]) files.set(`${name}.gz`, gzipSync(bytes));
  });

  /** Reads and tells it, as the command line and the editor do: a story, or what is wrong in words. */
  async function told(bytes: Uint8Array): Promise<'story' | 'problem'> {
    const sources = [{ name: 'a.pcap', capture: await readPieces([bytes]) }];
    const unread = problemOfReading(sources);
    if (unread) {
      assert.ok(translate(`captures.${unread.code}`, unread.params).includes('a.pcap'));
      return 'problem';
    }
    inferCaptures(sources);
    const { problem, events, notes, points } = tellCaptures(sources, plan, {
      interfaces: ['director.front'],
    });
    for (const { code, params } of problem ? [problem, ...notes] : notes)
      assert.notEqual(translate(`captures.${code}`, params), `captures.${code}`);
    const builder = new JourneyBuilder(plan, {
      ...{ engine: 'capture', startedAt, translate },
      capturePoints: points,
    });
    builder.add(events);
    JSON.stringify(builder.report());
    return problem ? 'problem' : 'story';
  }

  for (const name of ['pcap', 'pcapng', 'pcap.gz', 'pcapng.gz']) {
    it(`${name}: cut anywhere`, async () => {
      const file = files.get(name)!;
      const ends = new Set<string>();
      // A packed file has one header only.
      const step = name.endsWith('.gz') ? 9 : 1;
      for (let length = 0; length < file.length; length += step)
        ends.add(await told(file.subarray(0, length)));
      assert.deepEqual([...ends].sort(), ['problem', 'story']);
    });

    it(`${name}: bytes changed anywhere`, async () => {
      const file = files.get(name)!;
      const change = fc.record({ at: fc.nat(file.length - 1), byte: fc.nat(255) });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const bytes = file.slice();
          for (const { at, byte } of changes) bytes[at] = byte;
          await told(bytes);
        }),
        { numRuns: 150 },
      );
    });
  }
});
