import assert from 'node:assert/strict';
import { previousOf } from '../../../../src/extension/core/panel/hop-details.ts';
import { stepAnswer } from '../../../../src/extension/core/panel/step-answer.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { EmbeddedRecording } from '../../../webview/support/embedded-recording.ts';
import { exampleNames, exampleText } from '../../../webview/support/mirror.ts';

const translate = makeTranslate('en');

function record(name: string, text = exampleText(name)): EmbeddedRecording {
  return new EmbeddedRecording(text, `${name}.lblab.yaml`, translate).run();
}

/** Of the first request, or its reply: the first hop that a forwarder sent on. */
function answerOf(lab: EmbeddedRecording, direction: 'request' | 'reply') {
  const forwarders = lab.plan.nodes.filter(({ forwarder }) => forwarder).map(({ name }) => name);
  for (const journey of lab.builder.report().journeys) {
    const hop = journey.hops.findIndex(({ from }, index) => index > 0 && forwarders.includes(from));
    if (hop > 0 && journey.direction === direction && journey.kind !== 'icmp-error')
      return stepAnswer(lab, journey, hop, translate);
  }
  return undefined;
}

const inOrder = (lab: EmbeddedRecording, direction: 'request' | 'reply') =>
  answerOf(lab, direction)?.map(({ right }) => right.join('|'));

describe('extension: what a step of Predict is answered', () => {
  // dst MAC, src MAC, src IP, dst IP, src port, dst port, TTL, outer header: the models' own table, written by hand.
  const table: readonly (readonly [
    example: string,
    direction: 'request' | 'reply',
    right: readonly string[] | undefined,
  ])[] = [
    [
      'dr',
      'request',
      ['server', 'director', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'less', 'unchanged'],
    ],
    ['dr', 'reply', undefined],
    [
      'tun',
      'request',
      ['router', 'director', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'less', 'on'],
    ],
    ['tun', 'reply', undefined],
    [
      'dnat',
      'request',
      [
        'server',
        'director',
        'director',
        'server',
        'unchanged|client|director',
        'server',
        'less',
        'unchanged',
      ],
    ],
    [
      'dnat',
      'reply',
      ['router', 'director', 'vip', 'client', 'vip', 'unchanged|client', 'less', 'unchanged'],
    ],
    [
      'dnat-plain',
      'request',
      ['server', 'director', 'unchanged', 'server', 'unchanged', 'server', 'less', 'unchanged'],
    ],
    [
      'dnat-plain',
      'reply',
      ['router', 'director', 'vip', 'unchanged', 'vip', 'unchanged', 'less', 'unchanged'],
    ],
    [
      'nat',
      'request',
      ['server', 'router', 'router', 'unchanged', 'router', 'unchanged', 'less', 'unchanged'],
    ],
    ['nat', 'reply', ['client', 'router', 'unchanged', 'client', 'unchanged', 'client', 'less', 'unchanged']],
  ];
  for (const [example, direction, right] of table) {
    it(`${example}, ${direction}`, () => assert.deepEqual(inOrder(record(example), direction), right));
  }

  it("a port that is translated to its own number is unchanged, or the server's: both are right", () => {
    const text = exampleText('dnat').replace('port: 8080, ', '').replace('{ port: 8080 }', '{}');
    assert.equal(inOrder(record('dnat', text), 'request')![5], 'unchanged|vip|server');
  });

  it('what is not as the model says is said to be so', () => {
    const lab = record('dnat');
    const { journeys } = lab.builder.report();
    const found = journeys.find(({ hops }) =>
      hops.some(({ from }, index) => index > 0 && from === 'director'),
    )!;
    const wrong = { field: 'ip.dst', expected: '10.0.3.99', observed: '10.0.3.11', ok: false };
    const hops = found.hops.map((hop) => ({ ...hop, expected: [wrong] }));
    const at = hops.findIndex(({ from }) => from === 'director');
    const fields = stepAnswer(lab, { ...found, hops }, at, translate);
    const why = fields.find(({ field }) => field === 'dst.ip')!.why;
    assert.match(why, /not as the model says.*10\.0\.3\.99.*10\.0\.3\.11/);
  });

  it('of a frame that is not kept any more there is no answer, and it is said', () => {
    const lab = record('dr');
    const found = lab.builder.report().journeys.find(({ hops }) => hops.length === 3)!;
    lab.frame = () => undefined;
    assert.throws(() => stepAnswer(lab, found, 2, translate), /no longer kept/);
  });

  it('each says why, in words of its model, and no text is missing', () => {
    for (const name of exampleNames) {
      const lab = record(name);
      const forwarders = lab.plan.nodes.filter(({ forwarder }) => forwarder).map((node) => node.name);
      for (const journey of lab.builder.report().journeys) {
        for (const [index, hop] of journey.hops.entries()) {
          if (index === 0 || !forwarders.includes(hop.from) || !previousOf(journey, index)) continue;
          for (const { why, field } of stepAnswer(lab, journey, index, translate)) {
            assert.ok(
              why.length > 10 && !why.startsWith('panel.') && !/[{}]/.test(why),
              `${name} ${field}: ${why}`,
            );
          }
        }
      }
    }
  });
});
