import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { AgentLink } from '../../../src/lab/docker/agent-link.ts';
import { encodeJson, PROTOCOL_VERSION, type AgentEvent } from '../../../src/lab/agent-wire/agent-protocol.ts';
import type { DockerClient } from '../../../src/lab/docker/docker-client.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { readRecord } from '../../../src/lab/docker/read-record.ts';
import type { FoundLab } from '../../../src/lab/docker/sweep.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { asPlan } from '../../../src/lab/topology/plan-shape.ts';
import { exampleFiles } from '../topology/example-files.ts';

const plans = exampleFiles().flatMap(({ name, text }) => {
  const { plan } = loadTopology(text, name);
  return plan ? [{ name, plan }] : [];
});

/** As it comes out of a message. */
const sent = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** Where every value of plain data stands. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

function withValue(whole: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = Array.isArray(whole) ? [...(whole as unknown[])] : { ...(whole as object) };
  (copy as Record<string, unknown>)[key] = withValue((whole as Record<string, unknown>)[key], rest, value);
  return copy;
}

describe('what labels and agents tell is looked at before it is believed', () => {
  describe('a plan', () => {
    for (const { name, plan } of plans)
      it(`${name} is one`, () => assert.deepEqual(asPlan(sent(plan)), sent(plan)));

    it('with something else in any place is none', () => {
      // Between them they have everything that a plan can have.
      for (const { name, plan } of plans.filter(({ name }) => /^(nat|dr|load|drained-server)\./.test(name))) {
        const whole = sent(plan);
        for (const path of pathsOf(whole))
          assert.equal(
            asPlan(withValue(whole, path, { hostile: '\u001b[2J' })),
            undefined,
            `${name} ${path.join('.')}`,
          );
      }
    });

    it('with a name that is none, or a number out of its range, is none', () => {
      const plan = sent(plans.find(({ name }) => name === 'dr.lblab.yaml')!.plan);
      const wrong: readonly (readonly [string, unknown])[] = [
        ['nodes.0.name', 'rs1; rm -rf /'],
        ['nodes.0.name', '--privileged'],
        ['nodes.0.interfaces.0.segment', '../etc'],
        ['nodes.0.interfaces.0.address', 2 ** 32],
        ['nodes.0.interfaces.0.mac', -1],
        ['nodes.0.interfaces.0.loss', 2],
        ['services.0.port', 65_536],
        ['traffic.0.request', 'GET / HTTP/1.1\r\nHost: x'],
        ['traffic.0.count', -1],
        ['model', 'constructor'],
        ['lab', '../../etc/cron.d/x'],
      ];
      for (const [path, value] of wrong)
        assert.equal(asPlan(withValue(plan, path.split('.'), value)), undefined, path);
    });
  });

  describe('the record of a lab', () => {
    const { plan } = plans[0]!;
    const record = (fields: object = {}) => ({
      ...{ revision: 3, plan, file: '/a/b.lblab.yaml', epoch: 1, zeroNs: '1700000000000000000' },
      ...{ overlay: { rs1: 'paused' }, trafficSinceNs: [0] },
      ...fields,
    });
    const read = (stdout: string) => {
      const client = { execute: () => Promise.resolve({ exitCode: 0, stdout, stderr: '' }) };
      const lab = { id: 'a1', containers: [{ id: 'c', state: 'running' }] };
      return readRecord(client as unknown as DockerClient, lab as unknown as FoundLab);
    };
    const isUnreadable = (error: unknown) =>
      error instanceof LabError && error.problem.code === 'record-unreadable';

    it('is read', async () => {
      assert.deepEqual(await read(JSON.stringify(record())), sent(record()));
      assert.equal(await read('null'), undefined);
    });

    it('that is no record is an error with a remedy, whatever it is', async () => {
      const bad = [
        '',
        'not json',
        '[]',
        '"text"',
        '{}',
        ...[
          { plan: {} },
          { zeroNs: '1e9' },
          { epoch: -1 },
          { overlay: { rs1: 'exploded' } },
          { revision: 'x' },
        ].map((fields) => JSON.stringify(record(fields))),
      ];
      for (const stdout of bad) await assert.rejects(read(stdout), isUnreadable, stdout);
    });
  });

  describe('a stream', () => {
    async function linked() {
      const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
      const heard: AgentEvent[] = [];
      let lost = 0;
      const destroy = () => Object.values(streams).forEach((stream) => stream.destroy());
      const linking = AgentLink.over(
        { ...streams, destroy },
        { frames: () => undefined, event: (event) => heard.push(event), lost: () => (lost += 1) },
      );
      const say = (value: unknown) => streams.stdout.write(encodeJson(value as AgentEvent));
      say({ event: 'hello', version: PROTOCOL_VERSION });
      return { link: await linking, say, heard, lost: () => lost };
    }
    const turn = () => new Promise((resolve) => setImmediate(resolve));

    const packet = { source: 0, destination: 0x0a00_0264, protocol: 6, destinationPort: 80 };
    const host = { event: 'host', timeNs: '1', reason: 'no-route', packet };

    it('hears events, and passes over those that it does not know', async () => {
      const { link, say, heard, lost } = await linked();
      say({ event: 'loss', segment: 'inside', frames: 3, reason: 'kernel' });
      say(host);
      say({ ...host, reason: 'neighbour-unreachable', segment: 'inside', nextHop: 0x0a00_0201 });
      say({ event: 'of-a-later-version', anything: {} });
      await turn();
      assert.deepEqual([heard.map(({ event }) => event), lost()], [['loss', 'host', 'host'], 0]);
      link.close();
    });

    it('ends where somebody says what no agent says', async () => {
      const hostile = [
        5,
        null,
        'hello',
        [],
        {},
        { event: 'loss' },
        { event: 'loss', segment: 'inside', frames: '3', reason: 'kernel' },
        { event: 'capture', segment: 'inside', detail: 'constructor', timeNs: '1' },
        { event: 'decision', timeNs: 'NaN', decision: {} },
        { ...host, reason: 'link-loss' },
        { ...host, timeNs: 1 },
        { ...host, segment: '../x' },
        { ...host, nextHop: -1 },
        { ...host, packet: undefined },
        { ...host, packet: { ...packet, destination: 2 ** 32 } },
        { ...host, packet: { ...packet, destinationPort: 65_536 } },
        { event: 'process', name: '\u001b]0;x\u0007', state: 'failed', message: '' },
        { id: 'x' },
      ];
      for (const value of hostile) {
        const { link, say, heard, lost } = await linked();
        say(value);
        await turn();
        assert.deepEqual([heard.length, lost()], [0, 1], JSON.stringify(value));
        await assert.rejects(link.ask('clock', {}));
      }
    });

    it('never throws, whatever JSON comes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), async (value) => {
          const { link, say } = await linked();
          say(value);
          await turn();
          link.close();
        }),
        { numRuns: 50 },
      );
    });

    it('refuses an answer that is none to what was asked', async () => {
      const { link, say } = await linked();
      const answers: readonly (readonly [Parameters<typeof link.ask>[0], unknown])[] = [
        ['clock', { timeNs: 'soon' }],
        ['lease', { granted: 'yes' }],
        ['state', { addresses: [] }],
        ['state', null],
        ['load', { result: { requests: 'many' } }],
        ['fetch', { outcome: { toString: 'x' } }],
        ['fetch', { end: { outcome: 'unsent', reason: '[x](command:y)' } }],
        ['attach', [{ code: '\u001b[2J', params: {} }]],
        ['configure', { warnings: [] }],
      ];
      for (const [index, [op, result]] of answers.entries()) {
        const asked = link.ask(op, {} as never);
        say({ id: index + 1, result });
        await assert.rejects(asked, /cannot be read/, op);
      }
      const asked = link.ask('clock', {});
      say({ id: answers.length + 1, result: { timeNs: '17' } });
      assert.deepEqual(await asked, { timeNs: '17' });
      link.close();
    });
  });
});
