import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { AgentLink } from '../../../src/lab/docker/agent-link.ts';
import { encodeJson, PROTOCOL_VERSION } from '../../../src/lab/agent-wire/agent-protocol.ts';
import { trafficHost } from '../../../src/lab/docker/traffic-host.ts';
import type { RequestEnd } from '../../../src/lab/events.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { AskedRequest } from '../../../src/lab/traffic/traffic-schedule.ts';
import { exampleText } from '../embedded/testbed.ts';

const { plan } = loadTopology(exampleText('dr'), 'dr');
const asked: AskedRequest = { id: 1, entry: plan!.traffic[0]!, protocol: 'tcp' };

/** A link to an agent that says what a test lets it say. */
async function linked() {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const destroy = () => Object.values(streams).forEach((stream) => stream.destroy());
  const listener = { frames: () => undefined, event: () => undefined, lost: () => undefined };
  const linking = AgentLink.over({ ...streams, destroy }, listener);
  const say = (value: object) => streams.stdout.write(encodeJson(value as never));
  say({ event: 'hello', version: PROTOCOL_VERSION });
  return { link: await linking, say, hangUp: () => streams.stdout.end() };
}

function endOf(link: AgentLink | undefined): Promise<RequestEnd> {
  const host = trafficHost(
    () => 0,
    () => link,
    () => undefined,
  );
  return new Promise((resolve) => host.send(asked, resolve));
}

describe('a request on Docker', () => {
  it('ends as its client says', async () => {
    const { link, say } = await linked();
    const ended = endOf(link);
    say({ id: 1, result: { end: { outcome: 'answered', bytes: 4, ofBytes: 4 }, sourcePort: 40_000 } });
    assert.deepEqual(await ended, { outcome: 'answered', bytes: 4, ofBytes: 4 });
  });

  it('was never sent where nobody could be asked', async () => {
    assert.deepEqual(await endOf(undefined), { outcome: 'unsent', reason: 'node-stopped' });
    const { link } = await linked();
    link.close();
    assert.deepEqual(await endOf(link), { outcome: 'unsent', reason: 'no-client' });
  });

  it('ends as nobody knows how, when its client was gone first', async () => {
    const [broken, closed] = [await linked(), await linked()];
    const ends = [endOf(broken.link), endOf(closed.link)];
    broken.hangUp();
    closed.link.close();
    for (const end of ends) assert.deepEqual(await end, { outcome: 'untold', reason: 'client-gone' });
  });

  it('ends as nobody knows how, when its client says nothing that can be read, or that it cannot', async () => {
    for (const answer of [
      { error: 'no such program' },
      { result: { end: { outcome: 'wonderful' } } },
      { result: { end: { outcome: 'unsent', reason: 'made-up' } } },
      // Only who waits for it can say so.
      { result: { end: { outcome: 'cut' } } },
      { result: { end: { outcome: 'untold', reason: 'client-gone' } } },
    ]) {
      const { link, say } = await linked();
      const ended = endOf(link);
      say({ id: 1, ...answer });
      assert.deepEqual(await ended, { outcome: 'untold', reason: 'client-silent' });
    }
  });
});
