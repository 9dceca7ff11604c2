import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentLink } from '../../../src/lab/docker/agent-link.ts';
import type { CapturedFrame } from '../../../src/lab/agent-wire/agent-protocol.ts';
import { SelfTest } from '../../../src/lab/docker/self-test.ts';
import { wordsOf } from '../spoken.ts';
import { planOf } from './run-lab.ts';

describe('the self-test of a Docker lab', () => {
  it('frames that were seen are not called blocked, however long a loaded machine takes to send them', async () => {
    const plan = planOf('examples/dr.lblab.yaml');
    /** All others of the segment see at once what a node sends; that it was sent is told long after. */
    const inject = async (sender: string, segment: string, frames: readonly string[]): Promise<void> => {
      for (const { name, interfaces } of plan.nodes) {
        if (name === sender || !interfaces.some((port) => port.segment === segment)) continue;
        for (const frame of frames)
          test.see(name, { segment, bytes: Buffer.from(frame, 'base64') } as unknown as CapturedFrame);
      }
      await sleep(600);
    };
    const test = new SelfTest(
      plan,
      (node) =>
        ({
          ask: (_: 'inject', { segment, frames }: { segment: string; frames: readonly string[] }) =>
            inject(node, segment, frames),
        }) as unknown as Pick<AgentLink, 'ask'>,
      () => undefined,
    );
    await test.run();
  });

  it('where directors speak to each other, what they say has to be seen too', async () => {
    const plan = planOf('examples/lessons/takeover.lblab.yaml');
    let sent = 0;
    const inject = (sender: string, segment: string, frames: readonly string[]): Promise<void> => {
      for (const frame of frames) {
        const bytes = Buffer.from(frame, 'base64');
        const isSpoken = wordsOf(bytes) === 'advertises 0';
        // The first one is lost.
        if (isSpoken && ++sent === 1) continue;
        for (const { name, interfaces } of plan.nodes)
          if (name !== sender && interfaces.some((port) => port.segment === segment))
            test.see(name, { segment, bytes } as unknown as CapturedFrame);
      }
      return Promise.resolve();
    };
    const test = new SelfTest(
      plan,
      (node) =>
        ({
          ask: (_: 'inject', { segment, frames }: { segment: string; frames: readonly string[] }) =>
            inject(node, segment, frames),
        }) as unknown as Pick<AgentLink, 'ask'>,
      () => undefined,
    );
    await test.run();
    assert.equal(sent, 2);
  });
});
