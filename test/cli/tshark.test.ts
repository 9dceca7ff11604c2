import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Report } from '../../src/journey/report.ts';
import { readPcapng } from '../../src/packet/pcapng.ts';
import { buildOnce, lbLab, temporaryFolder } from '../support/lb-lab.ts';

const present = ['tshark', 'editcap'].every(
  (program) => spawnSync(program, ['--version']).error === undefined,
);

const columns = [
  'frame.number',
  'frame.interface_name',
  'frame.packet_flags_direction',
  'frame.time_epoch',
  'frame.packet_id',
  'frame.comment',
  'frame.len',
] as const;

/** Rows of Wireshark's own reading; separators that no comment of ours holds. */
function rows(file: string, more: readonly string[] = []): string[][] {
  const fields = columns.flatMap((field) => ['-e', field]);
  const { status, stdout, stderr } = spawnSync(
    'tshark',
    [
      '-n',
      '-r',
      file,
      '-T',
      'fields',
      '-E',
      'separator=\u0001',
      '-E',
      'aggregator=\u0002',
      ...fields,
      ...more,
    ],
    { encoding: 'utf8', maxBuffer: 64 << 20 },
  );
  assert.equal(status, 0, stderr);
  // The only thing it may say is that it dislikes being root.
  assert.equal(stderr.replace(/^Running as user .*\n/, ''), '');
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\u0001'));
}

describe('pcapng in Wireshark', () => {
  before(function () {
    if (!present && process.env['CI'])
      throw new Error('tshark and editcap are missing: apt-get install tshark');
    if (!present) this.skip();
    buildOnce();
  });

  for (const example of ['dr', 'dnat', 'dnat-plain', 'tun', 'nat']) {
    it(`${example}: the same interfaces, directions, times, comments and packet ids`, () => {
      const folder = temporaryFolder();
      try {
        const [json, pcapng, copy] = ['report.json', 'frames.pcapng', 'copy.pcapng'].map(folder.path) as [
          string,
          string,
          string,
        ];
        const { code, err } = lbLab([
          'run',
          `examples/${example}.lblab.yaml`,
          '--quiet',
          '--json',
          json,
          '--pcapng',
          pcapng,
        ]);
        assert.equal(code, 0, err);
        const report = JSON.parse(readFileSync(json, 'utf8')) as Report;
        const ours = readPcapng(new Uint8Array(readFileSync(pcapng)));
        assert.deepEqual(ours.problems, []);

        const theirs = rows(pcapng);
        assert.equal(theirs.length, ours.records.length);
        assert.equal(theirs.length, report.counters.frames);
        ours.records.forEach((record, index) => {
          const [number, name, direction, time, id, comments, length] = theirs[index]!;
          assert.equal(Number(number), index + 1);
          assert.equal(name, ours.interfaces[record.interface]!.name);
          assert.equal(Number(direction), record.direction === 'in' ? 1 : 2);
          assert.equal(BigInt(time!.replace('.', '')), record.timeNs);
          assert.equal(id === '' ? undefined : BigInt(id!), record.packetId);
          assert.deepEqual(comments === '' ? [] : comments!.split('\u0002'), record.comments);
          assert.equal(Number(length), record.originalLength);
        });

        // The packet id of a frame is the journey that the report puts it in; the interface is the hop's end.
        for (const journey of report.journeys) {
          for (const hop of journey.hops) {
            for (const frame of hop.frames) {
              const [, name, direction, , id] = theirs[frame - 1]!;
              assert.equal(Number(id), journey.id);
              assert.equal(name, `${Number(direction) === 2 ? hop.from : hop.to}.${hop.segment}`);
            }
          }
        }

        const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
        assert.deepEqual(
          rows(pcapng, [
            ...checks,
            '-Y',
            '_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0',
          ]),
          [],
        );
        assert.ok(
          rows(pcapng, [...checks, '-Y', 'tcp.checksum.status == 1']).length > 0,
          'the checksums were looked at',
        );

        assert.equal(spawnSync('editcap', [pcapng, copy]).status, 0);
        assert.deepEqual(rows(copy), theirs);
        const again = readPcapng(new Uint8Array(readFileSync(copy)));
        assert.deepEqual(again.records, ours.records);
        assert.deepEqual(
          again.interfaces.map(({ name }) => name),
          ours.interfaces.map(({ name }) => name),
        );
      } finally {
        folder.remove();
      }
    }).timeout(60_000);
  }
});
