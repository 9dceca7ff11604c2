import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { explain } from '../../src/cli/explain.ts';
import { run } from '../../src/cli/run.ts';
import type { Report } from '../../src/journey/report.ts';
import type { Capture, CaptureRecord } from '../../src/packet/capture.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const lesson = join(root, 'examples/lessons/vip-not-hidden.lblab.yaml');

/** An Ethernet frame of a protocol, or with a length in its place, between two hosts that nobody knows. */
const frameOf = (type: number, length = 60): Uint8Array => {
  const bytes = new Uint8Array(length).fill(7);
  bytes.set([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, type >> 8, type & 0xff].slice(0, length));
  return bytes;
};

const BLOCK_NS = 500_000n;

/** Blocks of half a millisecond in their order, the frames of each from the last moment to the first. */
function byBlocksOfTime({ timeNs: one }: CaptureRecord, { timeNs: other }: CaptureRecord): number {
  const blocks = one / BLOCK_NS - other / BLOCK_NS;
  return Number(blocks === 0n ? other - one : blocks);
}

describe('a capture of somebody else’s', () => {
  const folder = temporaryFolder();
  let recorded: Capture;
  before(async () => {
    const path = folder.path('recorded.pcapng');
    await runCommand(run, [lesson, '--quiet', '--requests', '2', '--pcapng', path]);
    recorded = readCapture(readFileSync(path));
  });
  after(folder.remove);

  /** The report's JSON and what is printed, of these records and an interface more, which is nowhere in the lab. */
  async function explained(records: readonly CaptureRecord[]) {
    const [path, json] = [folder.path('foreign.pcapng'), folder.path('foreign.json')];
    const nowhere = { name: 'mgmt0', linkType: 1, snapLength: 65535 };
    writeFileSync(path, writePcapng({ ...recorded, interfaces: [...recorded.interfaces, nowhere], records }));
    const printed = await runCommand(explain, [path, '--topology', lesson, '--full', '--json', json]);
    return { ...printed, report: JSON.parse(readFileSync(json, 'utf8')) as Report };
  }

  /** Every number of a frame in a report, with where it stands. */
  const numbersIn = (value: unknown, path = ''): readonly (readonly [string, number])[] => {
    if (typeof value !== 'object' || value === null || path === '/counters') return [];
    return Object.entries(value).flatMap(([key, one]: [string, unknown]) => {
      if (['frame', 'frames', 'evidence'].includes(key))
        return [one].flat().map((number, index) => [`${path}/${key}/${index}`, number as number] as const);
      return numbersIn(one, `${path}/${key}`);
    });
  };

  it('is spoken of in its own frame numbers, whatever is left out and in whatever order it stands', async () => {
    const plain = await explained(recorded.records);
    const before = numbersIn(plain.report);
    assert.ok(before.length > 100);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(9)), fc.boolean(), async (dice, backwards) => {
        const nowhere = recorded.interfaces.length;
        const mixed = recorded.records.flatMap((record): CaptureRecord[] => {
          const [die] = dice.take(1);
          const other = { ...record, comments: [] };
          if (die! < 3) return [{ ...other, interface: nowhere }, record];
          if (die === 3) return [{ ...other, bytes: frameOf(0x86dd), originalLength: 60 }, record];
          return [record];
        });
        // Several buffers are written one after the other: frames do not stand in the order of time.
        const file = backwards ? mixed.toSorted(byBlocksOfTime) : mixed;
        const { report } = await explained(file);
        const after = numbersIn(report);
        assert.equal(after.length, before.length);
        for (const [index, [place, number]] of after.entries()) {
          const [wasPlace, was] = before[index]!;
          assert.equal(place, wasPlace);
          assert.equal(file[number - 1], recorded.records[was - 1], place);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('prints the numbers that stand in the file', async () => {
    const nowhere = { ...recorded.records[0]!, interface: recorded.interfaces.length, comments: [] };
    const { out, report } = await explained([
      ...Array.from({ length: 1000 }, () => nowhere),
      ...recorded.records,
    ]);
    const numbers = [...out.matchAll(/ {2}#(\d+)$|frames ([\d, ]+)/gm)].flatMap(([, hop, list]) =>
      (hop ?? list)!
        .split(',')
        .filter((one) => one.trim() !== '')
        .map(Number),
    );
    assert.ok(numbers.length > 40);
    assert.deepEqual(
      numbers.filter((number) => number <= 1000),
      [],
    );
    // The frame itself is shown, not another one.
    const hops = report.journeys.flatMap((journey) => journey.hops);
    assert.ok(hops.some(({ frame }) => out.includes(`#${frame}\n`)));
    assert.match(out, /vip-two-answers/);
  });

  it('has its frames of other protocols counted and named, and is judged as without them', async () => {
    const plain = await explained(recorded.records);
    const one = recorded.records[3]!;
    const types = [0x86dd, 0x86dd, 0x86dd, 0x88cc, 0x0027, 0x1234, 0x888e];
    const others = types.map((type) => ({ ...one, bytes: frameOf(type), originalLength: 60, comments: [] }));
    const short = { ...one, bytes: frameOf(0, 9), originalLength: 9, comments: [] };
    const { out, report } = await explained([...recorded.records, ...others, short]);
    assert.match(
      out,
      /in 8 frames of other protocols.*: IPv6 \(3\), LLDP \(1\), 802\.3 LLC \(1\), 0x1234 \(1\), 802\.1X \(1\), < 14 B \(1\)\.$/m,
    );
    assert.deepEqual(report, plain.report);
    assert.doesNotMatch(plain.out, /other protocols/);
  });

  it('has every EtherType counted that it holds', async () => {
    const isIp = (type: number) => type === 0x0800 || type === 0x0806;
    const isTag = (type: number) => type === 0x8100 || type === 0x88a8;
    const type = fc
      .oneof(fc.nat(0xffff), fc.constantFrom(0x86dd, 0x8100, 0x88cc, 5))
      .filter((one) => !isIp(one));
    await fc.assert(
      fc.asyncProperty(fc.array(type, { minLength: 1, maxLength: 12 }), async (types) => {
        const [first] = recorded.records;
        const records = types.map((one) => ({
          ...first!,
          bytes: frameOf(one),
          originalLength: 60,
          comments: [],
        }));
        const { out } = await explained([first!, ...records]);
        const counted = [...out.matchAll(/\((\d+)\)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
        const tagged = types.filter(isTag).length;
        assert.equal(counted, types.length);
        assert.equal(/(\d+) frames? had a VLAN tag/.exec(out)?.[1], tagged > 0 ? String(tagged) : undefined);
      }),
      { numRuns: 20 },
    );
  });

  it('may name its interfaces as it likes: a name is text', async () => {
    const path = folder.path('named.pcapng');
    const name = 'eth9\u001b[2J\n  ✓ kept      Everything is fine.';
    const interfaces = [...recorded.interfaces, { name, linkType: 1, snapLength: 65535 }];
    writeFileSync(path, writePcapng({ ...recorded, interfaces }));
    const { out } = await runCommand(explain, [path, '--topology', lesson]);
    assert.match(out, /left out: eth9\\u001b\[2J\\u000a {2}✓ kept/);
  });
});
