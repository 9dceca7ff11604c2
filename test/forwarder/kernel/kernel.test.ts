import assert from 'node:assert/strict';
import { whyNot } from '../ports/network.ts';
import { Dice, makeConversation } from './conversations.ts';
import { compare, forwarderOf, knownDifference } from './differential.ts';
import { LinuxRouter } from './kernel.ts';
import { SETUPS } from './setups.ts';
import { describeDisagreement } from './describe.ts';

/** Of each setup; a longer run is `npm run fuzz -- --minutes N`. */
const CONVERSATIONS = 400;
const SEED = 20_261_122;

describe("the forwarder and Linux's own NAT, byte for byte", () => {
  for (const setup of SETUPS) {
    it(setup.name, async function () {
      this.timeout(120_000);
      const missing = whyNot();
      if (missing !== undefined) {
        if (process.env['CI']) throw new Error(missing);
        this.skip();
      }
      const linux = new LinuxRouter();
      try {
        await linux.open(setup);
        const rig = forwarderOf(setup);
        const dice = new Dice(SEED);
        let packets = 0;
        for (let first = 0; first < CONVERSATIONS; first += 200) {
          const conversations = Array.from({ length: 200 }, (_, i) =>
            makeConversation(dice, setup, first + i),
          );
          const result = await compare(setup, linux, rig, conversations);
          packets += result.packets;
          const unknown = result.disagreements.filter((found) => knownDifference(found) === undefined);
          assert.deepEqual(unknown.map(describeDisagreement), []);
          // Known differences stay the exception.
          assert.ok(result.disagreements.length < 60, `${result.disagreements.length} known differences`);
        }
        assert.ok(packets > 1500, `${packets} packets`);
      } finally {
        await linux.close();
      }
    });
  }
});
