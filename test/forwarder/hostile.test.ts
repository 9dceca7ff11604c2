import assert from 'node:assert/strict';
import { HOSTILE_SETUPS, HostileRun } from './hostile.ts';

/** Of each model; fewer where thousands of mutants are judged; 10 million are `npm run fuzz -- --frames 10000000`. */
const IS_JUDGED = process.env['FC_RUNS'] !== undefined;
const FRAMES = IS_JUDGED ? 2_500 : 15_000;

/** What has to happen all the time, or the frames try nothing. */
const OFTEN: Readonly<Record<string, readonly string[]>> = {
  nat: ['nat-out', 'nat-in', 'icmp-error'],
  'nat, ports kept': ['nat-out', 'nat-in', 'icmp-error'],
  dnat: ['schedule', 'established', 'reply', 'icmp-error'],
  'dnat with snat': ['schedule', 'established', 'reply', 'icmp-error'],
  dr: ['schedule', 'established', 'fragment', 'icmp-error'],
  tun: ['schedule', 'established', 'fragment', 'icmp-error'],
};

describe('hostile frames', () => {
  for (const [name, config] of Object.entries(HOSTILE_SETUPS)) {
    it(`${name}: no throw, no byte read behind the frame, no checksum made worse`, function () {
      // Code with mutants in it is slow, and who judges them waits only so long.
      this.timeout(IS_JUDGED ? 0 : 60_000);
      const run = new HostileRun(config, 7);
      for (let i = 0; i < FRAMES; i++) run.step();
      for (const rule of OFTEN[name]!) {
        const count = run.became.get(`forwarded ${rule}`) ?? 0;
        assert.ok(count > FRAMES / 250, `forwarded ${rule}: ${count}`);
      }
      assert.ok(run.became.get('caused-error mtu')! > FRAMES / 2000, 'nothing was too long');
    });
  }
});
