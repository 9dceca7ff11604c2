import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { ESLint } from 'eslint';
import { root, temporaryFolder } from './support/lb-lab.ts';

describe('architecture', () => {
  describe('the import rules bite', () => {
    const eslint = new ESLint({ cwd: root });
    const messages = async (file: string, text: string) => {
      const [result] = await eslint.lintText(text, { filePath: `${root}${file}` });
      return result!.messages.map(({ ruleId }) => ruleId);
    };
    const restricted = '@typescript-eslint/no-restricted-imports';
    const cases: [string, string, string, boolean][] = [
      [
        'packet is at the bottom',
        'src/packet/address.ts',
        "import { makeFrame } from '../forwarder/frame.ts'; makeFrame(1);",
        true,
      ],
      [
        'the forwarder does not know the lab',
        'src/forwarder/frame.ts',
        "import type { Plan } from '../lab/topology/plan.ts'; export type P = Plan;",
        true,
      ],
      [
        'the topology does not know engines',
        'src/lab/topology/diff.ts',
        "import { EmbeddedEngine } from '../embedded/embedded-engine.ts'; new EmbeddedEngine();",
        true,
      ],
      [
        'journeys take only types from the lab',
        'src/journey/report.ts',
        "import { diffPlans } from '../lab/topology/diff.ts'; diffPlans();",
        true,
      ],
      [
        'journeys take types from the lab',
        'src/journey/report.ts',
        "import type { Plan } from '../lab/topology/plan.ts'; export type P = Plan;",
        false,
      ],
      [
        'nothing below imports the command line',
        'src/extension/extension.ts',
        "import { plain } from '../cli/paint.ts'; plain('good', '');",
        true,
      ],
      ['vscode has one home', 'src/cli/paint.ts', "import * as vscode from 'vscode'; vscode.window;", true],
      ['dockerode has one home', 'src/cli/paint.ts', "import Docker from 'dockerode'; new Docker();", true],
      [
        'nothing from Node in the core',
        'src/journey/report.ts',
        "import { readFileSync } from 'node:fs'; readFileSync('');",
        true,
      ],
    ];
    for (const [name, file, text, wrong] of cases) {
      it(name, async () => assert.equal((await messages(file, text)).includes(restricted), wrong)).timeout(
        60_000,
      );
    }
    const past: [string, string, string, string][] = [
      [
        'no message past the one place that makes text of it',
        'src/extension/messages.ts',
        "import * as vscode from 'vscode'; void vscode.window.showErrorMessage('');",
        'no-restricted-syntax',
      ],
      [
        'nor a pick by another name',
        'src/extension/messages.ts',
        "import { window } from 'vscode'; const { showQuickPick } = window; window.withProgress;",
        'no-restricted-syntax',
      ],
      [
        'no Markdown but that which runs nothing',
        'src/extension/messages.ts',
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
      it(name, async () => assert.ok((await messages(file, text)).includes(rule))).timeout(60_000);
    it('no Node globals in the core', async () => {
      assert.ok(
        (await messages('src/packet/address.ts', 'export const x = Buffer.alloc(1);')).includes(
          'no-restricted-globals',
        ),
      );
    });
  });

  it('a cycle is found', () => {
    const folder = temporaryFolder();
    try {
      writeFileSync(folder.path('a.ts'), "import { b } from './b.ts'; export const a = () => b;");
      writeFileSync(folder.path('b.ts'), "import { a } from './a.ts'; export const b = () => a;");
      const { status, stdout } = spawnSync(
        process.execPath,
        ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', folder.path('')],
        { cwd: root, encoding: 'utf8' },
      );
      assert.notEqual(status, 0);
      assert.match(stdout, /no-circular/);
    } finally {
      folder.remove();
    }
  }).timeout(60_000);

  it('the core bundles for a browser and runs a lab where there is no Node', async () => {
    const entry = `
      export { loadTopology } from './src/lab/topology/load.ts';
      export { EmbeddedEngine } from './src/lab/embedded/embedded-engine.ts';
      export { JourneyBuilder } from './src/journey/journey-builder.ts';
      export { exportPcapng } from './src/journey/export-pcapng.ts';
      export { readCapture } from './src/packet/read-capture.ts';
      export { Forwarder } from './src/forwarder/forwarder.ts';
      export { makeTranslate } from './src/l10n/translate.ts';`;
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
        const builder = new core.JourneyBuilder(plan, { engine: 'embedded', startedAt, translate: core.makeTranslate('en') });
        const events = [];
        const engine = new core.EmbeddedEngine(plan, (event) => { events.push(event); builder.add(event); }, { startedAt });
        engine.start();
        engine.runUntilSettled(60e9);
        const report = builder.report();
        const capture = core.readCapture(core.exportPcapng(events, report, plan, core.makeTranslate('en')));
        return JSON.stringify({ flows: report.flows.filter((flow) => flow.outcome.kind === 'answered').length, records: capture.records.length });
      })()`,
      context,
    ) as string;
    const { flows, records } = JSON.parse(outcome) as { flows: number; records: number };
    assert.ok(flows >= 4);
    assert.ok(records > 100);
  });
});
