import assert from 'node:assert/strict';
import { readYaml } from '../../../../src/lab/topology/yaml-source.ts';
import { describeEdit } from '../../../../src/extension/core/labs/describe-edit.ts';
import { freeName } from '../../../../src/extension/core/labs/free-name.ts';
import { nsBetween } from '../../../../src/extension/core/labs/lab-time.ts';
import { modelOf } from '../../../../src/extension/core/labs/model-of.ts';
import { recordingName } from '../../../../src/extension/core/labs/recording-name.ts';
import { example } from '../../support.ts';

const dr = example('dr');
const editOf = (before: string, after: string) => describeEdit(readYaml(before).value, readYaml(after).value);
const texts = (after: string) => editOf(dr, after).map(({ text }) => text);

describe('small helpers of labs', () => {
  it('an edit is told in the file’s own words', () => {
    assert.deepEqual(texts(dr), []);
    assert.deepEqual(texts(`# only a comment\n${dr}`), []);
    assert.deepEqual(texts(dr.replace('scheduler: rr\n', 'scheduler: sh\n')), ['scheduler rr → sh']);
    assert.deepEqual(texts(dr.replace('rs1:      { role: server,', 'rs1: { role: server, hideVip: false,')), [
      '+ rs1.hideVip: false',
    ]);
    assert.deepEqual(texts(dr.replace('  rs2:      {', '  rs3:      {')), ['+ rs3', '− rs2']);
    assert.deepEqual(texts(dr.replace('[rs1, rs2]', '[rs1]')), ['servers [rs1, rs2] → [rs1]']);
    assert.deepEqual(texts(dr.replace('count: 4', 'count: 9')), ['traffic 1 count 4 → 9']);
    const events = 'events:\n  - { at: 1s, stop: rs1 }\n';
    assert.deepEqual(
      editOf(events, events.replace('1s', '2s')).map(({ text }) => text),
      ['events 1 at 1s → 2s'],
    );
    assert.deepEqual(texts(dr.replace('model: dr', 'model: tun')), ['model dr → tun']);
    assert.deepEqual(editOf('a: [', 'b: {'), []);
  });

  it('the place of an edit leads into the file', () => {
    assert.deepEqual(editOf(dr, dr.replace('scheduler: rr\n', 'scheduler: sh\n'))[0]!.path, [
      'service',
      'scheduler',
    ]);
  });

  it('the model is read without the rest of the file', () => {
    for (const model of ['nat', 'dnat', 'dr', 'tun'])
      assert.equal(modelOf(`#\nmodel: ${model} # x\nnodes: [`), model);
    assert.equal(modelOf('model: "tun"\n'), 'tun');
    assert.equal(modelOf('  model: dr'), undefined);
    assert.equal(modelOf('model: drx'), undefined);
    assert.equal(modelOf(''), undefined);
  });

  it('new files never take a name that is taken', () => {
    assert.equal(freeName('dr', new Set()), 'dr.lblab.yaml');
    assert.equal(freeName('dr', new Set(['dr.lblab.yaml', 'dr-2.lblab.yaml'])), 'dr-3.lblab.yaml');
  });

  it('times between starts are told to the nanosecond', () => {
    assert.equal(nsBetween('2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:01.000000000Z'), 999_999_999);
    assert.equal(nsBetween('2026-01-01T00:00:00.5Z', '2026-01-01T00:01:00.000000000Z'), 59.5e9);
  });

  it('recordings of two files do not share a name', () => {
    assert.notEqual(recordingName('file:///a/dr.lblab.yaml'), recordingName('file:///b/dr.lblab.yaml'));
    assert.match(recordingName('file:///a/d r.lblab.yaml'), /^[\w.-]+$/);
  });
});
