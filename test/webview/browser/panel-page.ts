import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { panelHtml } from '../../../src/extension/core/panel/panel-html.ts';
import { mysteryOf, type MysteryId } from '../../../src/mystery/mystery.ts';
import type { FakeHost } from './fake-host.ts';
import { themeCss, type ThemeName } from './themes.ts';

declare global {
  // The page has it; the tests name it inside `page.evaluate`.
  var fakeHost: FakeHost;
}

const root = new URL('../../../', import.meta.url);
const origin = 'http://panel.test/';
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: flags });
}

export interface PageOptions {
  readonly theme?: ThemeName;
  readonly locale?: 'en' | 'zh-cn';
  readonly width?: number;
  readonly height?: number;
  /** `dr`, `lessons/vip-not-hidden`; a text of a topology; nothing for no lab. */
  readonly example?: string;
  readonly topology?: string;
  /** Instead of a file: a mystery, which is not solved. */
  readonly mystery?: MysteryId;
  readonly reducedMotion?: boolean;
  readonly scale?: number;
}

/** The shipped bundle under the shipped page and policy, with a stand-in for the editor. Violations end up in `problems`. */
export async function openPanel(
  browser: Browser,
  options: PageOptions = {},
): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const { theme = 'dark', locale = 'en', width = 900, height = 760, scale = 1 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  await page.route(`${origin}**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ body: pageHtml(theme, locale), contentType: 'text/html' });
    if (name === 'theme.css') return route.fulfill({ body: themeCss(theme), contentType: 'text/css' });
    if (name === 'host.js')
      return route.fulfill({ body: await hostScript(), contentType: 'text/javascript' });
    return route.fulfill({ path: new URL(`dist/${name}`, root).pathname });
  });
  const { mystery } = options;
  const hidden = mystery && mysteryOf(mystery);
  const text =
    hidden?.text ??
    options.topology ??
    (options.example && readFileSync(new URL(`examples/${options.example}.lblab.yaml`, root), 'utf8'));
  await page.addInitScript(
    `globalThis.fakeTopology = ${JSON.stringify({ text, file: hidden?.file ?? `${options.example ?? 'test'}.lblab.yaml`, locale, mystery })};`,
  );
  await page.goto(origin);
  await page.waitForFunction(() => document.querySelector('#panel > *') !== null);
  return { page, problems };
}

function pageHtml(theme: ThemeName, locale: string): string {
  const html = panelHtml({
    nonce: 'n0nce',
    cspSource: origin.slice(0, -1),
    locale,
    title: 'LB Lab',
    script: 'webview.js',
    style: 'webview.css',
    icons: 'codicon.css',
  });
  const kind = {
    dark: 'vscode-dark',
    light: 'vscode-light',
    'hc-black': 'vscode-high-contrast',
    'hc-light': 'vscode-high-contrast-light vscode-high-contrast',
  };
  return html
    .replace('<link', '<link rel="stylesheet" href="theme.css"><link')
    .replace('<body>', `<body class="${kind[theme]}" data-vscode-theme-kind="${kind[theme].split(' ')[0]}">`)
    .replace('<script', '<script nonce="n0nce" src="host.js"></script><script');
}

let bundled: Promise<string> | undefined;

function hostScript(): Promise<string> {
  bundled ??= build({
    stdin: {
      contents: `import './fake-host.ts'; const { text, file, locale, mystery } = globalThis.fakeTopology; fakeHost.show(text, file, locale, mystery);`,
      resolveDir: new URL('.', import.meta.url).pathname,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'chrome132',
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return bundled;
}
