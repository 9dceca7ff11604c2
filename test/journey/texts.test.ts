import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { probeResults } from '../../src/forwarder/health/checker.ts';
import { explanationRules } from '../../src/journey/explanations/explanations.ts';
import { promiseChecks } from '../../src/journey/promises/promises.ts';
import { reasons } from '../../src/journey/records/reasons.ts';

const dropReasons = readFileSync(new URL('../../src/forwarder/verdict.ts', import.meta.url), 'utf8')
  .split('export type DropReason')[1]!
  .split(';')[0]!
  .match(/(?<=')[\w-]+(?=')/g)!;

/** The values a report may hold, from the schema that every example's and lesson's report is validated against. */
interface Schema {
  readonly properties: Readonly<Record<string, { readonly items: Item }>>;
}
interface Item {
  readonly properties: Readonly<
    Record<string, { readonly enum: string[]; readonly items: Item; readonly properties: Item['properties'] }>
  >;
}
const { properties } = JSON.parse(
  readFileSync(new URL('../../docs/report.schema.json', import.meta.url), 'utf8'),
) as Schema;
const request = properties['requests']!.items.properties;
const flow = properties['flows']!.items.properties;
const journey = properties['journeys']!.items.properties;
const arrival = journey['hops']!.items.properties['arrival']!.properties;
const kinds = new Set([...flow['kind']!.enum, ...journey['kind']!.enum]);

describe('texts of the journeys', () => {
  const keys = [
    ...Object.keys(promiseChecks).map((id) => `promise.${id}`),
    ...Object.keys(explanationRules).flatMap((code) => [`explanation.${code}`, `explanation.${code}.remedy`]),
    ...[...reasons, ...dropReasons].map((code) => `reason.${code}`),
    ...[...kinds].map((kind) => `kind.${kind}`),
    ...journey['direction']!.enum.map((direction) => `direction.${direction}`),
    ...arrival['fate']!.enum.map((fate) => `fate.${fate}`),
    ...request['reason']!.enum.map((reason) => `requests.why.${reason}`),
    ...request['finding']!.enum.map((finding) => `requests.finding.${finding}`),
    ...['first', ...flow['takeover']!.properties['how']!.enum].map((how) => `takeover.${how}`),
    ...probeResults.map((result) => `probe.${result}`),
    ...['up', 'down', 'drained', 'sorry', 'sorry-ends', 'nobody'].map((what) => `health.${what}`),
    ...['of', 'bytes', 'bytes-of', 'load'].map((how) => `requests.${how}`),
    'explanation.text',
    'explanation.text-settings',
    // Other wordings, of `mtu-exceeded`, `reply-not-rewritten`, `reverse-path-filter` and so on.
    ...[
      'director-down-pair',
      'stale-neighbour-healed',
      'two-masters-unheard',
      'mtu-differs',
      'mtu-path',
      'reply-on-segment',
      'reverse-path-reply',
      'filtered-reply',
      'client-gave-up-load',
      'no-decapsulator-gue',
      'no-forwarding-nat',
      'no-server-there',
      'refused-itself',
      'server-silent',
    ].flatMap((wording) => [`explanation.${wording}`, `explanation.${wording}.remedy`]),
    'capture.hop',
    'capture.number',
    'mermaid.routine',
    'mermaid.routine.one',
    'promise.server-sees-cip.nat',
  ];
  const bundles = Object.fromEntries(
    ['en', 'zh-cn'].map((locale) => [
      locale,
      JSON.parse(
        readFileSync(new URL(`../../l10n/journey.${locale}.json`, import.meta.url), 'utf8'),
      ) as Record<string, string>,
    ]),
  );

  for (const [locale, bundle] of Object.entries(bundles)) {
    it(`are complete in ${locale}, with nothing over`, () => {
      assert.deepEqual(Object.keys(bundle).sort(), keys.toSorted());
      for (const [key, text] of Object.entries(bundle)) assert.ok(text.trim().length > 1, key);
    });
  }

  it('fill the same places in both languages', () => {
    const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
    for (const key of keys)
      assert.deepEqual(places(bundles['zh-cn']![key]!), places(bundles['en']![key]!), key);
  });
});
