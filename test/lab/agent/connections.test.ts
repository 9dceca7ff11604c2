import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { Connections } from '../../../src/lab/agent/connections.ts';
import { MessageDecoder, type AgentEvent } from '../../../src/lab/agent-wire/agent-protocol.ts';

const greeting = { event: 'hello', version: 1 } as const;
const decision = (text: string): AgentEvent =>
  ({ event: 'decision', timeNs: '1', decision: { rule: text } }) as never;

/** A controller that reads when it is told to. */
class Reader {
  readonly input = new PassThrough();
  readonly events: AgentEvent[] = [];
  readonly #decoder = new MessageDecoder();
  readonly #held: (() => void)[] = [];
  #reads = true;
  readonly output = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      for (const message of this.#decoder.push(chunk))
        if (message.type === 'json') this.events.push(message.value as never);
      if (this.#reads) done();
      else this.#held.push(done);
    },
  });

  pause(): void {
    this.#reads = false;
  }

  resume(): void {
    this.#reads = true;
    for (const done of this.#held.splice(0)) done();
  }

  lost(): number[] {
    return this.events.flatMap((event) => (event.event === 'decisions-lost' ? [event.decisions] : []));
  }

  told(): number {
    return this.events.filter(({ event }) => event === 'decision').length;
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function connected(): { connections: Connections; reader: Reader } {
  const connections = new Connections(
    () => Promise.resolve(null),
    () => undefined,
  );
  const reader = new Reader();
  connections.add(reader.input, reader.output, greeting);
  return { connections, reader };
}

describe('decisions on their way to controllers', () => {
  const LONG = decision('x'.repeat(1 << 20));

  it('wait for one that does not read, but not without bound; what was lost is told when it reads again', async () => {
    const { connections, reader } = connected();
    const other = new Reader();
    connections.add(other.input, other.output, greeting);
    reader.pause();
    for (let at = 0; at < 100; at += 1) {
      connections.decision(LONG);
      await turn();
    }
    assert.ok(reader.output.writableLength < 40 << 20, `${reader.output.writableLength} bytes wait`);
    assert.equal(other.told(), 100);
    reader.resume();
    for (let turns = 0; turns < 1000 && reader.lost().length === 0; turns += 1) await turn();
    assert.equal(reader.lost().reduce((sum, lost) => sum + lost, 0) + reader.told(), 100);
    assert.ok(reader.told() > 20 && reader.told() < 40);
    assert.deepEqual(other.lost(), []);
  });

  it('other events are never left out', async () => {
    const { connections, reader } = connected();
    reader.pause();
    for (let at = 0; at < 40; at += 1) connections.decision(LONG);
    connections.event({ event: 'decisions-lost', decisions: 7 });
    reader.resume();
    for (let turns = 0; turns < 1000 && reader.lost().length < 2; turns += 1) await turn();
    assert.equal(reader.lost()[0], 7);
  });

  it('that nobody heard are told to whoever comes and asks', async () => {
    const { connections, reader } = connected();
    reader.input.destroy();
    await turn();
    await turn();
    connections.decision(LONG);
    connections.decision(LONG);
    const next = new Reader();
    connections.add(next.input, next.output, greeting);
    connections.tellLosses();
    connections.tellLosses();
    await turn();
    assert.deepEqual(next.lost(), [2]);
  });
});
