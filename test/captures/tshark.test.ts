import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tellCaptures } from '../../src/captures/tell-captures.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { temporaryFolder } from '../support/lb-lab.ts';
import { makeTranslate } from '../support/translate.ts';
import { exampleText, planOf, runLab } from '../lab/embedded/testbed.ts';
import { exampleRuns, type LabRun } from './runs.ts';

const present = spawnSync('tshark', ['--version']).error === undefined;
const translate = makeTranslate('en');

/** Frames by their numbers in the file. */
interface Seen {
  /** Of each conversation, sorted; the conversations too. */
  readonly conversations: readonly string[];
  readonly again: readonly number[];
}

/** What one interface recorded, as a file. */
function fileOf({ plan, events }: LabRun, node: string, segment: string): Uint8Array {
  assert.ok(plan.nodes.some(({ name }) => name === node));
  const records = events.flatMap((event) =>
    event.kind === 'frame' && event.node === node && event.segment === segment
      ? [
          {
            interface: 0,
            timeNs: 1_700_000_000_000_000_000n + BigInt(event.timeNs),
            bytes: event.bytes,
            originalLength: event.originalLength,
            direction: event.direction,
            comments: [],
          },
        ]
      : [],
  );
  const interfaces = [{ name: `${node}.${segment}`, linkType: 1, snapLength: 0 }];
  return writePcapng({ interfaces, records, names: [] });
}

/**
 * Identical frames within microseconds are one frame to us, which was recorded twice, and several to tshark: no run here has any.
 * Of UDP whatever has the same addresses and ports is one conversation to tshark, however long it was silent.
 */
function ours({ plan }: LabRun, bytes: Uint8Array): Seen {
  const told = tellCaptures([{ name: 'one', capture: readCapture(bytes) }], plan);
  const { points: capturePoints, wholePoints } = told;
  const options = { engine: 'capture', startedAt: 'T', translate, capturePoints, wholePoints } as const;
  const builder = new JourneyBuilder(told.plan, options);
  builder.add(told.events);
  const { flows, journeys } = builder.report();
  const conversations = new Map<string, number[]>();
  const again: number[] = [];
  for (const { id, kind, client, service } of flows) {
    if (kind !== 'tcp' && kind !== 'udp') continue;
    const key =
      kind === 'tcp' ? `tcp ${id}` : `udp ${JSON.stringify([client.address, client.port, service.address])}`;
    for (const journey of journeys) {
      if (journey.flow !== id || journey.kind === 'icmp-error') continue;
      const frames = journey.hops.flatMap((hop) => hop.frames.map((frame) => told.refs[frame - 1]!.number));
      conversations.set(key, [...(conversations.get(key) ?? []), ...frames]);
      if (journey.retransmission) again.push(...frames);
    }
  }
  return { conversations: listed(conversations), again: inOrder(again) };
}

const analysis = ['retransmission', 'fast_retransmission', 'spurious_retransmission'];
const columns = [
  'frame.number',
  'icmp.type',
  'tcp.stream',
  'udp.stream',
  ...analysis.map((one) => `tcp.analysis.${one}`),
];

/**
 * `tcp.analysis.retransmission` and its two special kinds, fast and spurious: all three are a segment that was sent before.
 * What tshark calls out of order is not counted, for it is told by time.
 */
function theirs(path: string): Seen {
  const fields = columns.flatMap((column) => ['-e', column]);
  const { status, stdout, stderr } = spawnSync('tshark', ['-n', '-r', path, '-T', 'fields', ...fields], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  assert.equal(status, 0, stderr);
  const conversations = new Map<string, number[]>();
  const again: number[] = [];
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [number, icmp, tcp, udp, ...flags] = line.split('\t');
    // An error quotes a packet of a conversation, and is none of it.
    if (icmp !== '' || (tcp === '' && udp === '')) continue;
    const key = tcp === '' ? `udp ${udp}` : `tcp ${tcp}`;
    conversations.set(key, [...(conversations.get(key) ?? []), Number(number)]);
    if (flags.some((flag) => flag !== '')) again.push(Number(number));
  }
  return { conversations: listed(conversations), again: inOrder(again) };
}

function listed(conversations: ReadonlyMap<string, readonly number[]>): string[] {
  return [...conversations.values()].map((frames) => inOrder(frames).join()).sort();
}

function inOrder(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** Of each file which frames the host sent. */
function sentOf(bytes: Uint8Array): ReadonlySet<number> {
  const { records } = readCapture(bytes);
  return new Set(records.flatMap(({ direction }, index) => (direction === 'out' ? [index + 1] : [])));
}

const models = ['dr', 'dnat', 'dnat-plain', 'tun', 'nat'];

/** A client whose link loses a third of its frames. */
function lossyRun(seed: number): LabRun {
  const text = exampleText('dr').replace('outside: 10.0.1.10', 'outside: { address: 10.0.1.10, loss: 30% }');
  const plan = planOf(text);
  return { name: `loss ${seed}`, plan, events: runLab(plan, { seed }).events };
}

describe('captures of one point in tshark', () => {
  const folder = temporaryFolder();
  let runs: readonly LabRun[] = [];
  before(function () {
    if (!present && process.env['CI']) throw new Error('tshark is missing: apt-get install tshark');
    if (!present) this.skip();
    runs = [...exampleRuns().filter(({ name }) => models.includes(name)), lossyRun(3), lossyRun(4)];
    assert.equal(runs.length, models.length + 2);
  });
  after(folder.remove);

  it('the same conversations of the same frames, and at an end the same frames sent again', () => {
    let [conversations, sentAgain] = [0, 0];
    for (const one of runs) {
      // Whoever sends on has each frame twice, which tshark takes for sent again.
      const ends = one.plan.nodes.filter(({ forwarder, sysctls }) => !forwarder && sysctls.ip_forward !== 1);
      const directors = one.plan.nodes.filter(({ forwarder }) => forwarder);
      const some = one.name.startsWith('loss') ? [ends[0]!] : [ends.at(-1)!, ...directors];
      for (const { name, interfaces } of some) {
        for (const { segment } of interfaces) {
          const bytes = fileOf(one, name, segment);
          const path = folder.path('point.pcapng');
          writeFileSync(path, bytes);
          const [seen, known] = [ours(one, bytes), theirs(path)];
          const where = `${one.name} ${name}.${segment}`;
          assert.deepEqual(seen.conversations, known.conversations, where);
          conversations += known.conversations.length;
          if (!ends.some((end) => end.name === name)) continue;
          const sent = sentOf(bytes);
          const isSent = (number: number) => sent.has(number);
          assert.deepEqual(seen.again.filter(isSent), known.again.filter(isSent), where);
          // Of what came tshark also counts a segment whose first sending never came.
          assert.deepEqual(
            seen.again.filter((number) => !known.again.includes(number)),
            [],
            where,
          );
          sentAgain += known.again.filter(isSent).length;
        }
      }
    }
    assert.ok(conversations > 30, `${conversations} conversations`);
    assert.ok(sentAgain > 5, `${sentAgain} sent again`);
  }).timeout(300_000);
});
