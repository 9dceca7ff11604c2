import assert from 'node:assert/strict';
import { readCapture } from '../../../../src/packet/read-capture.ts';
import { isProblem } from '../../../../src/packet/problem.ts';
import { MOST_RECORDS, RECORD_BYTES } from '../../../../src/panel-protocol/records.ts';
import type { HostMessage } from '../../../../src/panel-protocol/messages.ts';
import { firstUnseen } from '../../../support/hostile-text.ts';
import { exampleText, Mirror, quiet } from '../../../webview/support/mirror.ts';

type Reply = Extract<HostMessage, { readonly type: 'reply' }>;

async function ask(mirror: Mirror, question: Parameters<typeof mirror.feed.receive>[0]): Promise<Reply> {
  mirror.feed.receive(question);
  await quiet(mirror);
  return mirror.last('reply');
}

describe('extension: the panel feed', () => {
  it('says hello, the lab and its state before any row', () => {
    const { messages } = new Mirror(exampleText('dr'), 'dr').show();
    assert.deepEqual(
      messages.map(({ type }) => type).filter((type, index, all) => all.indexOf(type) === index),
      [
        'hello',
        'cards',
        'lesson',
        'file',
        'labs',
        'lab',
        'state',
        'rows',
        'verdicts',
        'changes',
        'highlight',
      ],
    );
  });

  it('without a recording it says why', () => {
    const mirror = new Mirror(exampleText('dr'), 'dr');
    mirror.feed.show(undefined, { kind: 'none', reason: 'no-file' });
    mirror.feed.receive({ type: 'ready' });
    assert.equal(mirror.last('lab').lab, undefined);
    assert.deepEqual(mirror.last('state').state, { kind: 'none', reason: 'no-file' });
  });

  it('what the view does not say is logged and does nothing', async () => {
    const mirror = new Mirror(exampleText('dr'), 'dr').show();
    await quiet(mirror);
    const before = mirror.messages.length;
    const hostile: unknown[] = [
      ...[undefined, null, 5, 'ready', [], {}, { type: 'constructor' }, { type: 'ack', sequence: '1' }],
      { type: 'ask', id: 1, question: { kind: 'hop', journey: -1, hop: 0 } },
      { type: 'ask', id: 1, question: { kind: 'export', format: 'exe' } },
      { type: 'do', action: { kind: 'workbench.action.terminal.new' } },
      { type: 'do', action: { kind: 'send-request', traffic: 'all' } },
      { type: 'do', action: { kind: 'stop-lab', uri: 5 } },
      { type: 'do', action: { kind: 'pin', pinned: 'yes' } },
      { type: 'open', place: { kind: 'file', path: '/etc/passwd' } },
      { type: 'open', place: { kind: 'line', line: {} } },
      { type: 'keep', view: 'x' },
    ];
    for (const said of hostile) mirror.feed.receive(said);
    await quiet(mirror);
    assert.equal(mirror.messages.length, before);
  });

  it('tells nothing that cannot be seen', async () => {
    const file = `dr\u202e\u001b[2J`;
    const mirror = new Mirror(exampleText('dr'), file).show();
    await quiet(mirror);
    assert.ok(mirror.messages.length > 5);
    const texts: string[] = [];
    JSON.stringify(
      mirror.messages.filter(({ type }) => type !== 'hello'),
      (_key, value: unknown) => {
        if (typeof value === 'string') texts.push(value);
        return value;
      },
    );
    assert.ok(texts.some((text) => text.includes(String.raw`dr\u202e\u001b[2J`)));
    for (const text of texts) assert.equal(firstUnseen(text), undefined);
  });

  it('the mirror holds what the report says', async () => {
    const mirror = new Mirror(exampleText('tun'), 'tun').show();
    await quiet(mirror);
    const { flows, journeys } = mirror.recording.builder.report();
    const { table } = mirror;
    assert.deepEqual(
      [...table.flowIds()],
      flows.map(({ id }) => id),
    );
    for (const journey of journeys) {
      const row = table.journey(journey.id)!;
      assert.equal(row.kind, journey.kind);
      assert.equal(row.reply, journey.direction === 'reply');
      const hops = table.hopsOf(journey.id);
      const { names } = mirror.words();
      assert.deepEqual(
        hops.map((hop) => [names.node(hop.from), names.segment(hop.segment), hop.frame, hop.fate]),
        journey.hops.map((hop) => [hop.from, hop.segment, hop.frame, hop.arrival.fate]),
      );
      for (const [index, hop] of hops.entries()) {
        assert.equal(
          hop.signature !== 0,
          journey.hops[index]!.changes.some(({ role }) => role === 'signature'),
        );
      }
    }
  });

  it('sends exact buffers of at most 2,000 records, two at a time', async () => {
    const text = exampleText('dr').replace('count: 4', 'count: 200').replace('every: 1s', 'every: 1ms');
    const mirror = new Mirror(text, 'dr');
    mirror.acknowledges = false;
    mirror.show();
    await quiet(mirror);
    const { batches } = mirror;
    assert.equal(batches.length, 2);
    for (const { records } of batches) {
      assert.equal(records.byteLength % RECORD_BYTES, 0);
      assert.ok(records.byteLength > 0 && records.byteLength <= MOST_RECORDS * RECORD_BYTES);
    }
    const before = mirror.table.flowCount;
    mirror.feed.receive({ type: 'ack', sequence: 1 });
    assert.equal(mirror.batches.length, 3);
    mirror.acknowledges = true;
    mirror.feed.receive({ type: 'ack', sequence: 3 });
    await quiet(mirror);
    assert.ok(mirror.table.flowCount > before);
    assert.equal(mirror.table.flowCount, mirror.recording.builder.report().flows.length);
  });

  it('a view that comes again gets everything again', async () => {
    const mirror = new Mirror(exampleText('dnat'), 'dnat').show();
    await quiet(mirror);
    const [flows, hops] = [mirror.table.flowCount, mirror.table.hopCount];
    mirror.feed.receive({ type: 'ready' });
    await quiet(mirror);
    assert.deepEqual([mirror.table.flowCount, mirror.table.hopCount], [flows, hops]);
  });

  it('answers with a hop, both frames, the decision and the connection', async () => {
    const mirror = new Mirror(exampleText('dr'), 'dr').show();
    await quiet(mirror);
    const syn = mirror.table.journeyIds(2)[0]!;
    const reply = await ask(mirror, { type: 'ask', id: 1, question: { kind: 'hop', journey: syn, hop: 2 } });
    assert.ok('answer' in reply && reply.answer.kind === 'hop');
    const { in: before, out, decision, line, connection } = reply.answer.details;
    assert.equal(before!.bytes.byteLength, out!.bytes.byteLength);
    assert.equal(decision!.rule, 'schedule');
    assert.equal(line, 7);
    assert.equal(connection!.server, 'rs1');
    for (const { layers, bytes } of [before!, out!]) {
      assert.deepEqual(
        layers.map(({ protocol }) => protocol),
        ['ethernet', 'ipv4', 'tcp'],
      );
      for (const { fields } of layers) {
        for (const { offset, length } of fields) assert.ok(length > 0 && offset + length <= bytes.byteLength);
      }
    }
  });

  it('a question about what is gone is answered with an error', async () => {
    const mirror = new Mirror(exampleText('dr'), 'dr').show();
    const reply = await ask(mirror, { type: 'ask', id: 9, question: { kind: 'hop', journey: 9999, hop: 0 } });
    assert.ok('error' in reply && reply.id === 9 && reply.error.length > 5);
  });

  it('exports one flow as a capture of its own', async () => {
    const mirror = new Mirror(exampleText('dr'), 'dr').show();
    await quiet(mirror);
    await ask(mirror, { type: 'ask', id: 1, question: { kind: 'export', format: 'pcapng', flows: [2] } });
    const capture = readCapture(mirror.saved[0]!);
    assert.ok(!isProblem(capture));
    const { journeys } = mirror.recording.builder.report();
    const frames = journeys
      .filter(({ flow }) => flow === 2)
      .flatMap(({ hops }) => hops.flatMap((hop) => hop.frames));
    assert.equal(capture.records.length, new Set(frames).size);
    assert.ok(capture.records.every(({ packetId }) => packetId !== undefined));
  });

  it('a change of the file is a row between the last flow before and the first after it', async () => {
    const mirror = new Mirror(exampleText('dr'), 'dr').show();
    await mirror.recording.save(exampleText('dr').replace('scheduler: rr', 'scheduler: sh'));
    await mirror.recording.lab.request(0);
    mirror.recording.run();
    const change = () =>
      mirror.messages.flatMap((message) => (message.type === 'changes' ? message.changes : [])).at(-1);
    while (change()?.after === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(change()!.texts, ['scheduler rr → sh']);
    assert.ok(change()!.before! < change()!.after!);
    mirror.feed.dispose();
  });
});
