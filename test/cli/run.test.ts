import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Report } from '../../src/journey/report.ts';
import { readPcapng } from '../../src/packet/pcapng.ts';
import { golden } from '../support/golden.ts';
import { buildOnce, lbLab, root, temporaryFolder } from '../support/lb-lab.ts';

const named = (folder: string) =>
  readdirSync(`${root}${folder}`).filter((name) => name.endsWith('.lblab.yaml'));
const examples = named('examples').map((name) => `examples/${name}`);
const lessons = named('examples/lessons').map((name) => `examples/lessons/${name}`);
const validate = new Ajv({ allErrors: true }).compile(
  JSON.parse(readFileSync(`${root}docs/report.schema.json`, 'utf8')) as object,
);
const short = (file: string) => file.replace(/^.*\//, '').replace('.lblab.yaml', '');

function recorded(args: readonly string[]): { code: number; report: Report; pcapng: Uint8Array } {
  const folder = temporaryFolder();
  try {
    const [json, pcapng] = [folder.path('report.json'), folder.path('frames.pcapng')];
    const { code, err } = lbLab(['run', ...args, '--quiet', '--json', json, '--pcapng', pcapng]);
    assert.ok(code === 0 || code === 1, err);
    return { code, report: JSON.parse(readFileSync(json, 'utf8')) as Report, pcapng: readFileSync(pcapng) };
  } finally {
    folder.remove();
  }
}

describe('lb-lab run', () => {
  before(buildOnce);

  it('names no frames of a cause that never became one', () => {
    const folder = temporaryFolder();
    try {
      const text = readFileSync(`${root}examples/tun.lblab.yaml`, 'utf8');
      const down = text.replace('{ outside: 10.0.1.10 }', '{ outside: { address: 10.0.1.10, down: true } }');
      assert.notEqual(down, text);
      writeFileSync(folder.path('down.lblab.yaml'), down);
      const { code, out } = lbLab(['run', folder.path('down.lblab.yaml')]);
      assert.equal(code, 1);
      assert.match(out, /interface-down: .*client1.*\n {4}set by nodes\.client1\.at\.outside\.down\n/);
    } finally {
      folder.remove();
    }
  });

  describe('examples', () => {
    it('has one per model, and dnat without source rewriting', () => {
      assert.deepEqual(examples.map(short).sort(), ['dnat', 'dnat-plain', 'dr', 'nat', 'tun']);
    });
    for (const file of examples) {
      it(`${short(file)}: every promise is seen and kept`, () => {
        const { code, report, pcapng } = recorded([file]);
        assert.equal(code, 0);
        assert.equal(validate(report), true, JSON.stringify(validate.errors));
        assert.deepEqual(
          report.promises.filter(({ verdict }) => verdict !== 'kept'),
          [],
        );
        assert.deepEqual(report.explanations, []);
        const tcp = report.flows.filter(({ kind }) => kind === 'tcp');
        assert.ok(new Set(tcp.map(({ client }) => client.node)).size > 1, 'several clients');
        assert.ok(new Set(tcp.map(({ server }) => server?.node)).size > 1, 'several servers');
        for (const promise of report.promises) assert.ok(promise.evidence.length > 0, promise.id);
        assert.equal(readPcapng(pcapng).records.length, report.counters.frames);
        assert.equal(report.counters.ambiguousJoins, 0);
      });
      it(`${short(file)}: the ladder`, () => golden(import.meta.url, short(file), lbLab(['run', file]).out));
    }
    it('dr in Chinese', () =>
      golden(import.meta.url, 'dr.zh-cn', lbLab(['run', 'examples/dr.lblab.yaml', '--lang', 'zh-cn']).out));
  });

  describe('lessons', () => {
    it('are at least eight', () => assert.ok(lessons.length >= 8));
    for (const file of lessons) {
      it(`${short(file)}: shows exactly what it expects`, () => {
        const folder = temporaryFolder();
        try {
          const json = folder.path('report.json');
          const { code, out, err } = lbLab(['run', file, '--json', json]);
          assert.equal(code, 0, out + err);
          assert.match(readFileSync(root + file, 'utf8'), /^expect:/m);
          golden(import.meta.url, short(file), out);
          // A lesson whose point is that no plan exists has nothing to report.
          if (existsSync(json))
            assert.equal(
              validate(JSON.parse(readFileSync(json, 'utf8'))),
              true,
              JSON.stringify(validate.errors),
            );
        } finally {
          folder.remove();
        }
      });
    }
    it('fails when the mistake is taken out', () => {
      const folder = temporaryFolder();
      try {
        const mended = folder.path('vip-missing.lblab.yaml');
        const lesson = readFileSync(`${root}examples/lessons/vip-missing.lblab.yaml`, 'utf8');
        writeFileSync(mended, lesson.replace(/,? *holdVip: false/g, ''));
        assert.equal(lbLab(['run', mended]).code, 1);
      } finally {
        folder.remove();
      }
    });
  });

  it('sends as many requests as asked for', () => {
    const { report } = recorded(['examples/dr.lblab.yaml', '--requests', '7']);
    assert.equal(report.flows.filter(({ kind }) => kind === 'tcp').length, 7);
  });

  it('runs only as long as asked for', () => {
    const { report } = recorded(['examples/dr.lblab.yaml', '--requests', '50', '--duration', '2.5']);
    const flows = report.flows.filter(({ kind }) => kind === 'tcp');
    assert.ok(flows.length > 1 && flows.length < 20, String(flows.length));
    assert.ok(Math.max(...report.journeys.flatMap(({ hops }) => hops.map(({ timeNs }) => timeNs))) <= 2.5e9);
  });

  it('numbers frames as the pcapng does', () => {
    const { report, pcapng } = recorded(['examples/tun.lblab.yaml']);
    const { interfaces, records } = readPcapng(pcapng);
    for (const { id, hops } of report.journeys) {
      for (const hop of hops) {
        assert.equal(hop.frame, hop.frames[0]);
        const record = records[hop.frame - 1]!;
        assert.equal(record.packetId, BigInt(id));
        assert.equal(
          interfaces[record.interface]!.name,
          `${record.direction === 'out' ? hop.from : hop.to}.${hop.segment}`,
        );
      }
    }
  });

  it('prints no colours where nobody sees them', () => {
    assert.ok(!lbLab(['run', 'examples/dr.lblab.yaml'], { FORCE_COLOR: '1' }).out.includes('\u001b'));
  });
});
