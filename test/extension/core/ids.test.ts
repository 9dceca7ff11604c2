import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  COMPARISON_TYPE,
  commandIds,
  contextKeys,
  innerCommandIds,
  LANGUAGE,
  PANEL_TYPE,
  viewIds,
} from '../../../src/extension/core/ids.ts';

const root = new URL('../../../', import.meta.url);

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly icon: string;
  readonly contributes: {
    readonly languages: readonly { readonly id: string }[];
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly contents: string; readonly when: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly description: string; readonly media: { readonly svg: string } }[];
    }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope: string; readonly default: unknown }>>;
    };
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<string, string>> }[];
  };
}

const text = readFileSync(new URL('package.json', root), 'utf8');
const { contributes, capabilities, activationEvents, icon } = JSON.parse(text) as Manifest;
const titles = JSON.parse(readFileSync(new URL('package.nls.json', root), 'utf8')) as Record<string, string>;
const titleOf = (key: string) => titles[key.slice(1, -1)] ?? key;

describe('what code and the manifest share', () => {
  it('the same commands', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), [...commandIds].sort());
  });

  it('four starts without a category, all others in one', () => {
    const starts = contributes.commands.filter(({ category }) => category === undefined);
    assert.deepEqual(
      starts.map(({ title }) => titleOf(title)),
      ['Start LB Lab (NAT)', 'Start LB Lab (D-NAT)', 'Start LB Lab (DR)', 'Start LB Lab (TUN)'],
    );
    for (const { category } of contributes.commands)
      assert.ok(category === undefined || category === 'LB Lab');
  });

  it('menus, welcome views and the walkthrough name commands that there are', () => {
    const known = new Set<string>([...commandIds, ...innerCommandIds]);
    const inMenus = Object.values(contributes.menus).flatMap((menu) => menu.map(({ command }) => command));
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ].map(titleOf);
    const linked = texts.flatMap((one) =>
      [...one.matchAll(/command:(lbLab\.\w+)/g)].map(([, command]) => command!),
    );
    assert.ok(linked.length > 5);
    for (const command of [...inMenus, ...linked]) assert.ok(known.has(command), command);
  });

  it('conditions ask only for context keys that are set, and for settings that there are', () => {
    const known = new Set<string>([
      ...[...Object.values(contextKeys), ...Object.values(viewIds), ...commandIds],
      ...[PANEL_TYPE, COMPARISON_TYPE],
    ]);
    const conditions = [...text.matchAll(/"(?:when|enablement)": "([^"]+)"/g)].map(([, when]) => when!);
    const named = conditions.flatMap((when) =>
      [...when.matchAll(/(?:config\.)?lbLab\.[\w.]+/g)].map(([key]) => key),
    );
    assert.ok(named.length > 20);
    const { properties } = contributes.configuration;
    for (const key of named)
      assert.ok(key.startsWith('config.') ? properties[key.slice('config.'.length)] : known.has(key), key);
  });

  it('every setting is read, and every one that is read has a default', () => {
    const source = readFileSync(new URL('src/extension/editor/settings.ts', root), 'utf8');
    const names = [...source.matchAll(/^ {2}readonly '?([\w.]+)'?:/gm)].map(([, name]) => name!);
    const { properties } = contributes.configuration;
    assert.deepEqual(Object.keys(properties).sort(), names.sort());
    for (const [name, property] of Object.entries(properties))
      assert.notEqual(property.default, undefined, name);
  });

  it('what reaches Docker is the machine’s to say, and never an untrusted folder’s', () => {
    for (const [name, { scope }] of Object.entries(contributes.configuration.properties)) {
      if (!name.startsWith('lbLab.docker')) continue;
      assert.equal(scope, 'machine', name);
      assert.ok(capabilities.untrustedWorkspaces.restrictedConfigurations.includes(name), name);
    }
  });

  it('views, language, panel and pictures are those of the code', () => {
    assert.deepEqual(
      contributes.views[viewIds.container]!.map(({ id }) => id),
      [viewIds.labs],
    );
    assert.deepEqual(
      contributes.languages.map(({ id }) => id),
      [LANGUAGE],
    );
    assert.ok(activationEvents.includes(`onWebviewPanel:${PANEL_TYPE}`));
    // Labs that ran when the window was closed are taken up whatever is open.
    assert.ok(activationEvents.includes('onStartupFinished'));
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    for (const path of [icon, ...pictures]) assert.ok(existsSync(new URL(path, root)), path);
  });

  it('pictures of the walkthrough have no words and take the theme’s colours', () => {
    const folder = new URL('media/walkthrough/', root);
    const names = readdirSync(folder);
    assert.equal(names.length, 6);
    const own = new Set(contributes.colors.map(({ id }) => id.replace('.', '-')));
    // What every kind of theme sets and shows; `charts.orange`, for one, is transparent in high contrast.
    const everywhere = new Set([
      ...[
        'foreground',
        'descriptionForeground',
        'editor-background',
        'editorWidget-border',
        'contrastBorder',
      ],
      ...['charts-blue', 'charts-green', 'charts-red'],
    ]);
    for (const name of names) {
      const svg = readFileSync(new URL(name, folder), 'utf8');
      assert.doesNotMatch(svg, /<text/, name);
      assert.match(svg, /var\(--vscode-/, name);
      for (const [, colour] of svg.matchAll(/--vscode-([\w-]+)/g))
        assert.ok(everywhere.has(colour!) || own.has(colour!), `${name}: ${colour}`);
    }
  });

  it('the panel is drawn in the colours', () => {
    const drawn = readFileSync(new URL('src/webview/ladder/editor-theme.ts', root), 'utf8');
    for (const { id } of contributes.colors)
      assert.ok(drawn.includes(`--vscode-${id.replace('.', '-')}`), id);
  });

  it('colours have a default for each of the four kinds of theme', () => {
    for (const { id, defaults } of contributes.colors)
      assert.deepEqual(
        Object.keys(defaults).sort(),
        ['dark', 'highContrast', 'highContrastLight', 'light'],
        id,
      );
  });
});
