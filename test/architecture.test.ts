import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { ESLint } from 'eslint';
import { root, temporaryFolder } from './support/lb-lab.ts';

describe('architecture', () => {
  it('its page names files and scripts that there are', () => {
    const page = readFileSync(`${root}ARCHITECTURE.md`, 'utf8');
    const files = ['src', 'test', 'scripts', 'bench', 'docs', 'l10n', 'media', 'examples'].flatMap((folder) =>
      readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((name) =>
        `${folder}/${name}`.replaceAll('\\', '/'),
      ),
    );
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      scripts: Record<string, string>;
    };
    const isThere = (name: string): boolean => {
      if (existsSync(`${root}${name}`)) return true;
      // A name that stands for several, or the end of a path: the sentence says of which folder.
      const end = new RegExp(`(^|/)${name.replaceAll('.', '\\.').replace(/\*|NAME/g, '[\\w.-]+')}$`);
      return files.some((file) => end.test(file));
    };
    const named = [...page.matchAll(/`([\w./*-]+\.(?:ts|mjs|json|md|css|txt|yaml))`/g)].map(
      ([, name]) => name!,
    );
    assert.ok(named.length > 80, String(named.length));
    assert.deepEqual(
      named.filter((name) => !isThere(name) && !name.startsWith('dist/')),
      [],
    );
    const called = [...page.matchAll(/`npm run (\w+)/g)].map(([, name]) => name!);
    assert.deepEqual(
      called.filter((name) => !Object.hasOwn(scripts, name)),
      [],
    );
  });

  describe('the import rules bite', () => {
    /** Each says what is wrong with a file of one line, and the file; `undefined`: nothing is. */
    const cases: [string, string, string, string | undefined][] = [
      [
        'packet is at the bottom',
        'packet/a',
        "import { f } from '../forwarder/b.ts'; f;",
        'src/packet imports values',
      ],
      [
        'what a model is, is data',
        'models/a',
        "import { f } from '../forwarder/b.ts'; f;",
        'src/models imports values',
      ],
      ['that the panel asks too', 'webview/c', "import { f } from '../models/b.ts'; f;", undefined],
      [
        'nor by a type',
        'forwarder/a',
        "import type { T } from '../lab/topology/b.ts'; export type U = T;",
        'src/forwarder imports types',
      ],
      [
        'nor by `import()`',
        'forwarder/c',
        "export const f = () => import('../lab/topology/b.ts');",
        'src/forwarder imports values',
      ],
      [
        'the topology does not know engines',
        'lab/topology/a',
        "import { f } from '../embedded/b.ts'; f;",
        'src/lab/topology imports values',
      ],
      [
        'journeys take only types from the lab',
        'journey/records/a',
        "import { f } from '../../lab/topology/b.ts'; f;",
        'src/journey/records imports values',
      ],
      [
        'and those they do take',
        'journey/records/c',
        "import type { T } from '../../lab/topology/b.ts'; export type U = T;",
        undefined,
      ],
      [
        'a promise does not know what is judged by it',
        'journey/promises/a',
        "import type { T } from '../judgement/b.ts'; export type U = T;",
        'src/journey/promises imports types',
      ],
      [
        'nothing below imports the command line',
        'extension/core/a',
        "import { f } from '../../cli/b.ts'; f;",
        'src/extension/core imports values',
      ],
      [
        'the host of the panel does not know the panel',
        'extension/editor/c',
        "import { f } from '../../webview/b.ts'; f;",
        'src/extension/editor imports values',
      ],
      [
        'vscode has one home',
        'cli/a',
        "import * as vscode from 'vscode'; vscode;",
        'only the extension talks to VS Code',
      ],
      [
        'what the editor shows is worked out without it',
        'extension/core/c',
        "import * as vscode from 'vscode'; vscode;",
        'worked out without the editor',
      ],
      [
        'dockerode has one home',
        'cli/c',
        "import type Docker from 'dockerode'; export type D = Docker;",
        'only src/lab/docker talks to Docker',
      ],
      ['cap has one home', 'forwarder/ports/packet', "import cap from 'cap'; cap;", 'only one port uses cap'],
      [
        'nothing from Node in the core',
        'journey/a',
        "import { readFileSync } from 'node:fs'; readFileSync;",
        'nothing from Node in the core',
      ],
      [
        'but in a port onto a real network',
        'forwarder/ports/libc',
        "import 'node:fs'; import 'koffi';",
        undefined,
      ],
      ['no circles', 'packet/c', "import { f } from './d.ts'; export const g = f;", 'no-circular'],
    ];
    const reached = [
      'models',
      'forwarder',
      'lab/topology',
      'lab/embedded',
      'lab/docker',
      'journey/judgement',
      'extension/editor',
      'cli',
      'webview',
    ];
    const found = new Map<string, Set<string>>();
    before(() => {
      const folder = temporaryFolder();
      const write = (name: string, text: string) => {
        mkdirSync(dirname(folder.path(name)), { recursive: true });
        writeFileSync(folder.path(name), text);
      };
      try {
        for (const house of reached)
          write(`src/${house}/b.ts`, 'export const f = 1; export interface T { a: 1 }');
        write('src/packet/d.ts', "import { g } from './c.ts'; export const f = () => g;");
        for (const [, file, text] of cases) write(`src/${file}.ts`, text);
        write(
          'tsconfig.json',
          '{ "compilerOptions": { "allowImportingTsExtensions": true, "noEmit": true } }',
        );
        const { stdout } = spawnSync(
          process.execPath,
          [
            `${root}node_modules/dependency-cruiser/bin/dependency-cruise.mjs`,
            ...['--config', `${root}.dependency-cruiser.mjs`, '--output-type', 'json', 'src'],
          ],
          { cwd: folder.path(''), encoding: 'utf8' },
        );
        const { summary } = JSON.parse(stdout) as {
          summary: { violations: { from: string; rule: { name: string } }[] };
        };
        for (const { from, rule } of summary.violations)
          found.set(from, (found.get(from) ?? new Set()).add(rule.name));
      } finally {
        folder.remove();
      }
    }).timeout(60_000);
    for (const [name, file, , rule] of cases)
      it(name, () => {
        const rules = [...(found.get(`src/${file}.ts`) ?? [])];
        if (rule === undefined) assert.deepEqual(rules, []);
        else assert.ok(rules.includes(rule), rules.join(', '));
      });
  });

  describe('the rules about text bite', () => {
    const eslint = new ESLint({ cwd: root });
    const messages = async (file: string, text: string) => {
      const [result] = await eslint.lintText(text, { filePath: `${root}${file}` });
      return result!.messages.map(({ ruleId }) => ruleId);
    };
    const past: [string, string, string, string][] = [
      [
        'no message past the one place that makes text of it',
        'src/extension/editor/messages.ts',
        "import * as vscode from 'vscode'; void vscode.window.showErrorMessage('');",
        'no-restricted-syntax',
      ],
      [
        'nor a pick by another name',
        'src/extension/editor/messages.ts',
        "import { window } from 'vscode'; const { showQuickPick } = window; window.withProgress;",
        'no-restricted-syntax',
      ],
      [
        'no Markdown but that which runs nothing',
        'src/extension/editor/messages.ts',
        "import * as vscode from 'vscode'; new vscode.MarkdownString('');",
        'no-restricted-properties',
      ],
      [
        'no HTML out of text in the panel',
        'src/webview/store.ts',
        "import { unsafeHTML } from 'lit/directives/unsafe-html.js'; unsafeHTML('');",
        'no-restricted-syntax',
      ],
      [
        'nor by its properties',
        'src/webview/store.ts',
        "document.body.innerHTML = '';",
        'no-restricted-properties',
      ],
    ];
    for (const [name, file, text, rule] of past)
      it(name, async () => assert.ok((await messages(file, text)).includes(rule))).timeout(300_000);
    it('no Node globals in the core', async () => {
      assert.ok(
        (await messages('src/packet/address.ts', 'export const x = Buffer.alloc(1);')).includes(
          'no-restricted-globals',
        ),
      );
    });
  });

  it('the core bundles for a browser and runs a lab where there is no Node', async () => {
    const entry = `
      export { loadTopology } from './src/lab/topology/load.ts';
      export { EmbeddedEngine } from './src/lab/embedded/embedded-engine.ts';
      export { JourneyBuilder } from './src/journey/journey-builder.ts';
      export { exportPcapng } from './src/journey/export-pcapng.ts';
      export { readCapture } from './src/packet/read-capture.ts';
      export { Forwarder } from './src/forwarder/forwarder.ts';
      export { translator } from './src/l10n/translate.ts';
      export { texts } from './src/l10n/english.ts';`;
    const bundle = await build({
      stdin: { contents: entry, resolveDir: root, loader: 'ts' },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'core',
      logLevel: 'silent',
    });
    const text = readFileSync(`${root}examples/dr.lblab.yaml`, 'utf8');
    // A bare context has the language and nothing else: no process, no Buffer, no timers.
    const context = createContext({ text });
    runInContext(bundle.outputFiles[0]!.text, context);
    const outcome = runInContext(
      `(() => {
        const { plan } = core.loadTopology(text, 'dr.lblab.yaml');
        const startedAt = '2026-01-01T00:00:00.000000000Z';
        const builder = new core.JourneyBuilder(plan, { engine: 'embedded', startedAt, translate: core.translator(core.texts) });
        const events = [];
        const engine = new core.EmbeddedEngine(plan, (told) => { events.push(...told); builder.add(told); }, { startedAt });
        engine.start();
        engine.runUntilSettled(60e9);
        const report = builder.report();
        const capture = core.readCapture(core.exportPcapng(events, report, plan, core.translator(core.texts)));
        return JSON.stringify({ flows: report.flows.filter((flow) => flow.outcome.kind === 'answered').length, records: capture.records.length });
      })()`,
      context,
    ) as string;
    const { flows, records } = JSON.parse(outcome) as { flows: number; records: number };
    assert.ok(flows >= 4);
    assert.ok(records > 100);
  });
});
