import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PcapngFile } from '../../src/cli/pcapng-file.ts';
import { exportPcapng } from '../../src/journey/export-pcapng.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import { makeTranslate } from '../support/translate.ts';
import { readPcapng } from '../../src/packet/pcapng.ts';
import { temporaryFolder } from '../support/lb-lab.ts';

const translate = makeTranslate('en');
const startedAt = '2026-01-01T00:00:00.000000000Z';

function recorded() {
  const file = new URL('../../examples/dr.lblab.yaml', import.meta.url);
  const { plan } = loadTopology(readFileSync(file, 'utf8'), 'dr.lblab.yaml');
  const events: LabEvent[] = [];
  const engine = new EmbeddedEngine(plan!, (told) => events.push(...told), { startedAt });
  engine.startNow();
  engine.runUntilSettled(60e9);
  const builder = new JourneyBuilder(plan!, { engine: 'embedded', startedAt, translate });
  builder.add(events);
  return { plan: plan!, events, report: builder.report() };
}

describe('the pcapng file of a recording', () => {
  const { plan, events, report } = recorded();
  const whole = exportPcapng(events, report, plan, translate);
  const frames = readPcapng(whole).records;

  function written(maxFrames: number, maxBytes = Infinity): Uint8Array {
    const folder = temporaryFolder();
    try {
      const file = new PcapngFile(folder.path('a.pcapng'), translate, { maxFrames, maxBytes });
      for (const event of events) file.add(event, startedAt);
      file.finish(report, plan);
      return readFileSync(folder.path('a.pcapng'));
    } finally {
      folder.remove();
    }
  }

  it('within its limits is the export, byte for byte', () => {
    assert.ok(Buffer.from(whole).equals(written(Infinity)));
  });

  for (const [name, maxFrames, maxBytes] of [
    ['frames', 10, Infinity],
    ['no frame at all', 0, Infinity],
    ['bytes', Infinity, 1000],
  ] as const)
    it(`past its limits (${name}) has every frame, and comments on the newest`, () => {
      const { records, interfaces, problems } = readPcapng(written(maxFrames, maxBytes));
      assert.deepEqual(problems, []);
      assert.deepEqual(
        records.map(({ bytes, timeNs }) => [timeNs, Buffer.from(bytes).toString('hex')]),
        frames.map(({ bytes, timeNs }) => [timeNs, Buffer.from(bytes).toString('hex')]),
      );
      assert.deepEqual(
        interfaces.map(({ statistics }) => statistics),
        readPcapng(whole).interfaces.map(({ statistics }) => statistics),
      );
      const commented = records.flatMap(({ comments }, at) => (comments.length > 0 ? [at] : []));
      const held = maxFrames === 10 ? 10 : commented.length;
      assert.ok(commented.every((at) => at >= records.length - held));
      assert.ok(commented.length < frames.filter(({ comments }) => comments.length > 0).length);
      for (const at of commented) assert.deepEqual(records[at], frames[at]);
    });

  it('that cannot be written says so at its end, and disturbs nobody before', () => {
    const file = new PcapngFile('/dev/full/nowhere', translate, { maxFrames: 0, maxBytes: Infinity });
    for (const event of events) file.add(event, startedAt);
    assert.throws(() => file.finish(report, plan), /cli.cannot-write/);
  });
});
