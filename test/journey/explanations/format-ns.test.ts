import assert from 'node:assert/strict';
import { formatNs } from '../../../src/journey/explanations/format-ns.ts';

describe('a duration, as a file writes it', () => {
  for (const [ns, text] of [
    [900e9, '900s'],
    [1.5e9, '1.5s'],
    [1e9, '1s'],
    [300e6, '300ms'],
    [1e6, '1ms'],
    [2500, '2.5us'],
    [1000, '1us'],
    [999, '999ns'],
    [0, '0ns'],
  ] as const)
    it(text, () => assert.equal(formatNs(ns), text));
});
