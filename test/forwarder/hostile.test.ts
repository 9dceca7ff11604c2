import assert from 'node:assert/strict';
import { HOSTILE_SETUPS, HostileRun } from './hostile.ts';

/** Of each model; 10 million are `npm run fuzz -- --frames 10000000`. */
const FRAMES = 15_000;

describe('hostile frames', () => {
  for (const [name, config] of Object.entries(HOSTILE_SETUPS)) {
    it(`${name}: no throw, no byte read behind the frame, no checksum made worse`, function () {
      this.timeout(60_000);
      const run = new HostileRun(config, 7);
      for (let i = 0; i < FRAMES; i++) run.step();
      assert.ok(run.sent > FRAMES / 20, `${run.sent} frames went through`);
    });
  }
});
