import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { texts as chineseTexts } from '../src/l10n/chinese.ts';
import { texts as englishTexts } from '../src/l10n/english.ts';
import { localeOf } from '../src/l10n/translate.ts';
import { makeTranslate } from './support/translate.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) =>
  JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Record<string, string>;

const pairs = [
  ...readdirSync(new URL('l10n/', root))
    .filter((name) => name.endsWith('.en.json'))
    .map((name) => [`l10n/${name}`, `l10n/${name.replace('.en.json', '.zh-cn.json')}`] as const),
  ['package.nls.json', 'package.nls.zh-cn.json'] as const,
];

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

function sources(folder: string): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(`${folder}/${name}`, root), 'utf8'));
}

describe('l10n', () => {
  for (const [english, chinese] of pairs) {
    it(`${english}: the same keys and placeholders in Chinese`, () => {
      const en = read(english);
      const zh = read(chinese);
      assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
      for (const [key, text] of Object.entries(en)) {
        assert.notEqual(text.trim(), '', key);
        assert.deepEqual(placeholders(zh[key]!), placeholders(text), key);
      }
    });
  }

  it('no key stands twice in a bundle', () => {
    for (const path of pairs.flat()) {
      const keys = [...readFileSync(new URL(path, root), 'utf8').matchAll(/^ {2}("[^"]+"):/gm)];
      assert.equal(new Set(keys.map(([, key]) => key)).size, keys.length, path);
      assert.equal(keys.length, Object.keys(read(path)).length, path);
    }
  });

  it('both languages have every bundle', () => {
    for (const [texts, language] of [
      [englishTexts, 'en'],
      [chineseTexts, 'zh-cn'],
    ] as const) {
      const bundles = readdirSync(new URL('l10n/', root)).filter((name) =>
        name.endsWith(`.${language}.json`),
      );
      assert.deepEqual(texts, Object.assign({}, ...bundles.map((name) => read(`l10n/${name}`))));
    }
  });

  it('every text in Chinese is Chinese, but for names', () => {
    const names = new Set([
      'NAT',
      'D-NAT',
      'DR',
      'TUN',
      'Docker',
      'TCP',
      'UDP',
      'ICMP',
      'ARP',
      'VRRP',
      'SYN',
      'SYN-ACK',
      'ACK',
      'FIN',
      'RST',
      'LB Lab',
      'TTL',
      'VIP',
      '(VIP)',
      'VIP!',
    ]);
    for (const [, chinese] of pairs) {
      for (const [key, text] of Object.entries(read(chinese)))
        assert.ok(
          names.has(text) || /^(\{\w+\})+$/.test(text) || /\p{Script=Han}/u.test(text),
          `${chinese} ${key}: ${text}`,
        );
    }
  });

  // A file's only service has no name of its own: what stands for it is the key.
  it('no text says “the service service”', () => {
    for (const path of pairs.flat())
      for (const [key, text] of Object.entries(read(path)))
        assert.doesNotMatch(
          text.replace(/\{(service|name|other)\}/g, 'service'),
          /(service|服务)[ `“]*service/i,
          `${path} ${key}`,
        );
  });

  it('every key that the source names exists', () => {
    const translate = makeTranslate('en');
    const named = sources('src').flatMap((text) =>
      [
        ...text.matchAll(
          /'((?:cli|captures?|docker|extension|problem|promise|explanation|reason|kind|fate|direction)\.[\w. -]+)'/g,
        ),
      ].map(([, key]) => key!),
    );
    assert.ok(named.length > 15, String(named.length));
    assert.deepEqual(
      named.filter((key) => translate(key) === key),
      [],
    );
  });

  it('every key that the manifest names exists', () => {
    const manifest = readFileSync(new URL('package.json', root), 'utf8');
    const named = [...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key!);
    assert.deepEqual([...new Set(named)].sort(), Object.keys(read('package.nls.json')).sort());
  });

  it('fills placeholders, keeps unknown ones, and returns unknown keys', () => {
    const translate = makeTranslate('en');
    assert.equal(translate('cli.check-ok', { file: 'a.yaml' }), 'a.yaml: nothing to report');
    assert.equal(translate('cli.check-ok'), '{file}: nothing to report');
    assert.equal(translate('no.such.key'), 'no.such.key');
  });

  it('says one of something in the singular', () => {
    const translate = makeTranslate('en');
    assert.deepEqual(
      [0, 1, 2].map((count) => translate('cli.packets', { count })),
      ['0 packets', '1 packet', '2 packets'],
    );
  });

  it('knows Chinese by its tag', () => {
    assert.deepEqual(
      ['zh-cn', 'zh_CN.UTF-8', 'zh', 'ZH-Hans', 'en_US', 'C', '', undefined, 'zhx'].map(localeOf),
      ['zh-cn', 'zh-cn', 'zh-cn', 'zh-cn', 'en', 'en', 'en', 'en', 'en'],
    );
  });
});
