import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { CaptureBudget } from '../../../src/lab/agent/capture-budget.ts';
import { Capture } from '../../../src/lab/agent/capture.ts';
import { temporaryFolder } from '../../support/lb-lab.ts';

/** Writes so many frames at once, and nothing after them. */
const TCPDUMP = (frames: number) => `#!${process.execPath}
const record = Buffer.alloc(16 + 60);
record.writeUInt32LE(Math.floor(Date.now() / 1000), 0);
record.writeUInt32LE(60, 8);
record.writeUInt32LE(60, 12);
const head = Buffer.alloc(24);
head.writeUInt32LE(0xa1b23c4d, 0);
head.writeUInt32LE(262144, 16);
head.writeUInt32LE(1, 20);
process.stderr.write('listening on lo\\n');
process.stdout.write(Buffer.concat([head, ...Array.from({ length: ${frames} }, () => record)]));
process.on('SIGUSR1', () => process.stderr.write('${frames} packets received by filter\\n0 packets dropped by kernel\\n'));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => undefined, 1000);
`;

describe('a capture past its budget', () => {
  it('is whole again when nothing comes any more: no frame is needed to tell', async () => {
    const folder = temporaryFolder();
    const { PATH } = process.env;
    let capture: Capture | undefined;
    try {
      writeFileSync(folder.path('tcpdump'), TCPDUMP(60));
      chmodSync(folder.path('tcpdump'), 0o755);
      process.env['PATH'] = `${folder.path('.')}:${PATH ?? ''}`;
      const details: string[] = [];
      await new Promise<void>((resolve, reject) => {
        const sink = {
          frames: () => true,
          lost: () => undefined,
          detail: (_segment: string, detail: string) => {
            details.push(detail);
            if (detail === 'frames') resolve();
          },
          ended: (_segment: string, message: string) => reject(new Error(message)),
        };
        capture = new Capture('segment', 'lo', sink, new CaptureBudget(10, Date.now()));
      });
      assert.equal(details[0], 'headers');
      assert.equal(details.at(-1), 'frames');
    } finally {
      capture?.stop();
      process.env['PATH'] = PATH;
      folder.remove();
    }
  });
});
