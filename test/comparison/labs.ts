import assert from 'node:assert/strict';
import type { VariantName } from '../../src/models/models.ts';
import { compareModels } from '../../src/comparison/compare.ts';
import type { Comparison } from '../../src/comparison/comparison.ts';
import { derive, type Derived } from '../../src/comparison/derive.ts';
import { parseTopology, type TopologyDocument } from '../../src/lab/topology/parse.ts';
import { exampleText } from '../lab/embedded/testbed.ts';
import { makeTranslate } from '../support/translate.ts';

export function documentOf(text: string, name = 'test.lblab.yaml'): TopologyDocument {
  const { document, problems } = parseTopology(text, name);
  assert.ok(document, JSON.stringify(problems));
  return document;
}

/** @param example `dr`, or `lessons/vip-not-hidden`. */
export function derived(example: string, variant: VariantName): Derived {
  return derive(documentOf(exampleText(example), `${example}.lblab.yaml`), variant);
}

export function compared(text: string, ...variants: readonly VariantName[]): Comparison {
  return compareModels(documentOf(text), variants, makeTranslate('en'));
}
