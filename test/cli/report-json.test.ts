import assert from 'node:assert/strict';
import { reportJson } from '../../src/cli/report-json.ts';
import type { Report } from '../../src/journey/report.ts';

describe('the report as JSON in pieces', () => {
  const report = {
    model: 'dr',
    startedAt: '2026-01-01T00:00:00.000000000Z',
    flows: [{ id: 1, request: 'GET /"\n' }, { id: 2 }],
    journeys: [],
    counters: { frames: 3, decisions: { schedule: 1 } },
  } as unknown as Report;

  it('is the same as in one piece', () => {
    assert.deepEqual(JSON.parse([...reportJson(report)].join('')), report);
  });

  it('has one line per flow', () => {
    const lines = [...reportJson(report)].join('').split('\n');
    assert.equal(lines.filter((line) => line.includes('"id"')).length, 2);
  });
});
