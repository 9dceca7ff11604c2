import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { root } from '../../support/lb-lab.ts';
import { openedBrowser, pictures } from './chromium.ts';
import { openPanel, type PageOptions } from './panel-page.ts';
import { themeNames, type ThemeName } from './themes.ts';

interface Picture {
  readonly name: string;
  readonly page: PageOptions;
  /** What the editor does once the lab has run. */
  readonly then?: 'judge' | 'beginFirstRun' | 'breakIt';
  /** Pressed in the rows before the picture is taken. */
  readonly keys?: readonly string[];
}

/** A lab with so many servers, one of which answers. */
const withServers = (count: number): string => {
  const names = Array.from({ length: count }, (_, index) => `rs${index + 1}`);
  return `model: dr
service: { vip: 10.0.2.250, port: 80, servers: [${names.join(', ')}] }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client: { role: client, at: { outside: 10.0.1.10 }, gateway: router }
  router: { role: router, at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 }, gateway: router }
${names.map((name, index) => `  ${name}: { role: server, at: { inside: 10.0.2.${index + 11} }, gateway: router }`).join('\n')}
traffic: [{ from: client, count: 3 }]
`;
};

/** What is looked at before a release; what a file in docs shows is taken for it too. */
const scenes: readonly Picture[] = [
  { name: 'panel', page: { example: 'dr', width: 1000, height: 640 } },
  {
    name: 'details',
    page: { example: 'tun', width: 1000, height: 760 },
    keys: ['3', 'Home', ']', ']', ']', 'Enter'],
  },
  {
    name: 'lesson',
    page: { example: 'lessons/vip-not-hidden', width: 1000, height: 760 },
    then: 'judge',
  },
  { name: 'first-run', page: { example: 'dr', width: 1000, height: 760 }, then: 'beginFirstRun' },
  { name: 'broken', page: { example: 'dr', width: 1000, height: 760 }, then: 'breakIt' },
  { name: 'predict', page: { example: 'dr', width: 1280, height: 720 }, keys: ['q'] },
  { name: 'mystery', page: { mystery: { level: 1, seed: 2 }, width: 1000, height: 760 }, keys: ['2'] },
  {
    name: 'two-flows',
    page: { example: 'dr', width: 1000, height: 760 },
    keys: ['1', 'Home', 'ArrowDown', 'c', 'ArrowDown', 'ArrowDown', 'c'],
  },
  { name: 'twelve-lanes', page: { example: 'lessons/hash-reshuffle', width: 800, height: 760 } },
  { name: 'forty-lanes', page: { topology: withServers(37), width: 1280, height: 800 } },
  { name: 'projector', page: { example: 'dnat', width: 853, height: 480, scale: 1.5 } },
  { name: 'narrow', page: { example: 'dr', width: 420, height: 760 } },
];

/** Those of the READMEs: made anew with `UPDATE_PICTURES=1`, by nobody's hand. */
const inDocs = ['panel'];
const isUpdating = Boolean(process.env['UPDATE_PICTURES']);
const MOST_BYTES = 150e3;

/**
 * With the tests only what stands in docs, in one theme: the other suites hold what the scenes are of. To look at them:
 * `PICTURES=each` takes each scene in a theme for each language, the next scene in the next theme, `PICTURES=all` in every theme;
 * `npx mocha test/webview/browser/pictures.test.ts --grep predict` those of one scene.
 */
const wanted = process.env['PICTURES'];
const themesOf = (name: string, scene: number, language: number): readonly ThemeName[] => {
  if (wanted === 'all') return themeNames;
  if (wanted === 'each') return [themeNames[(scene + 2 * language) % themeNames.length]!];
  return isUpdating || inDocs.includes(name) ? ['dark'] : [];
};

describe('webview: pictures of the panel, to be looked at', function () {
  this.timeout(300_000);
  const browser = openedBrowser();

  for (const [scene, { name, page: options, then, keys = [] }] of scenes.entries())
    for (const [language, locale] of (['en', 'zh-cn'] as const).entries())
      for (const theme of themesOf(name, scene, language))
        it(`${name}, ${locale}, ${theme}`, async () => {
          const { page } = await openPanel(browser(), { ...options, locale, theme });
          await page.waitForFunction(() => fakeHost.isSettled);
          if (then) await page.evaluate((doing) => fakeHost[doing](), then);
          await page.locator('[role=treegrid]').focus();
          for (const key of keys) await page.keyboard.press(key);
          await page.evaluate(() => document.fonts.ready);
          assert.ok((await page.locator('[role=row]').count()) > 0);
          const isInDocs = theme === 'dark' && inDocs.includes(name) && isUpdating;
          const folder = isInDocs ? `${root}docs/pictures/` : pictures;
          const file = isInDocs ? `${name}.${locale}.png` : `${name}-${locale}-${theme}.png`;
          await page.screenshot({ path: `${folder}${file}` });
          await page.context().close();
        });

  it('the READMEs begin with one', () => {
    for (const [readme, locale] of [
      ['README.md', 'en'],
      ['README.zh-CN.md', 'zh-cn'],
    ] as const) {
      const picture = `docs/pictures/panel.${locale}.png`;
      assert.ok(readFileSync(`${root}${readme}`, 'utf8').slice(0, 400).includes(`](${picture})`));
      assert.ok(statSync(`${root}${picture}`).size < MOST_BYTES);
    }
  });
});
