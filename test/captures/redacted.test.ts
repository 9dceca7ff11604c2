import assert from 'node:assert/strict';
import { tellCaptures } from '../../src/captures/tell-captures.ts';
import { exportPcapng } from '../../src/journey/export-pcapng.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import type { Redaction } from '../../src/packet/redact.ts';
import { reportOfEvents } from '../journey/build-report.ts';
import { exampleText, planOf, runLab } from '../lab/embedded/testbed.ts';
import { makeTranslate } from '../support/translate.ts';

const translate = makeTranslate('en');

for (const name of ['dr', 'dnat', 'tun'])
  describe(`a redacted capture of ${name}, explained`, () => {
    const plan = planOf(exampleText(name), `${name}.lblab.yaml`);
    const { events } = runLab(plan);
    const live = reportOfEvents(plan, events);

    function explained(redaction: Redaction): Report {
      const file = exportPcapng(events, live, plan, translate, undefined, redaction);
      const told = tellCaptures([{ name: 'a.pcapng', capture: readCapture(file) }], plan);
      assert.equal(told.problem, undefined);
      const builder = new JourneyBuilder(told.plan, {
        ...{ engine: 'capture', startedAt: live.startedAt, translate },
        capturePoints: told.points,
      });
      builder.add(told.events);
      return builder.report();
    }

    const verdicts = ({ promises }: Report) => promises.map(({ id, verdict }) => `${id} ${verdict}`);
    const endsOf = ({ flows }: Report) =>
      flows.filter(({ kind }) => kind === 'tcp').map(({ outcome }) => outcome.kind);

    for (const payload of ['none', 'first-line'] as const)
      it(`with ${payload} of what was said keeps every promise, and tells what was answered`, () => {
        const report = explained({ payload });
        assert.deepEqual(verdicts(report), verdicts(live));
        assert.ok(endsOf(live).includes('answered'));
        assert.deepEqual(endsOf(report), endsOf(live));
      });
  });
