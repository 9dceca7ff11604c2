import assert from 'node:assert/strict';
import Module, { createRequire } from 'node:module';
import type * as vscode from 'vscode';
import { buildOnce, root } from '../support/lb-lab.ts';

/** Stands in for the editor: just what the extension uses, and a record of what it was asked to do. */
class FakeEditor {
  readonly shown = new Map<string, vscode.Diagnostic[]>();
  readonly commands = new Map<string, () => Promise<void>>();
  readonly tasks: { args: string[]; env: Record<string, string> }[] = [];
  readonly messages: string[] = [];
  readonly listeners: Record<string, (event: unknown) => void> = {};
  active: { document: unknown } | undefined;

  api(language: string): unknown {
    const disposable = { dispose: () => undefined };
    const listen = (name: string) => (listener: (event: unknown) => void) => {
      this.listeners[name] = listener;
      return disposable;
    };
    class Range {
      readonly start: number;
      readonly end: number;
      constructor(start: number, end: number) {
        this.start = start;
        this.end = end;
      }
    }
    class Diagnostic {
      readonly range: Range;
      readonly message: string;
      readonly severity: number;
      constructor(range: Range, message: string, severity: number) {
        this.range = range;
        this.message = message;
        this.severity = severity;
      }
    }
    class ProcessExecution {
      readonly args: string[];
      readonly env: Record<string, string>;
      constructor(_program: string, args: string[], options: { env: Record<string, string> }) {
        this.args = args;
        this.env = options.env;
      }
    }
    class Task {
      readonly execution: ProcessExecution;
      constructor(
        _definition: unknown,
        _scope: unknown,
        _name: string,
        _source: string,
        execution: ProcessExecution,
      ) {
        this.execution = execution;
      }
    }
    return {
      env: { language },
      DiagnosticSeverity: { Error: 0, Warning: 1 },
      TaskScope: { Workspace: 2 },
      TaskPanelKind: { Dedicated: 2 },
      Range,
      Diagnostic,
      ProcessExecution,
      Task,
      Disposable: { from: () => disposable },
      Uri: {
        joinPath: (base: { fsPath: string }, ...parts: string[]) => ({
          fsPath: [base.fsPath, ...parts].join('/'),
        }),
      },
      languages: {
        createDiagnosticCollection: () => ({
          ...disposable,
          set: (uri: unknown, list: vscode.Diagnostic[]) => this.shown.set(String(uri), list),
          delete: (uri: unknown) => this.shown.delete(String(uri)),
        }),
      },
      workspace: {
        textDocuments: [],
        onDidOpenTextDocument: listen('open'),
        onDidChangeTextDocument: listen('change'),
        onDidCloseTextDocument: listen('close'),
      },
      window: {
        get activeTextEditor() {
          return editor.active;
        },
        showInformationMessage: (message: string) => Promise.resolve(void this.messages.push(message)),
      },
      commands: {
        registerCommand: (id: string, run: () => Promise<void>) => {
          this.commands.set(id, run);
          return disposable;
        },
      },
      tasks: { executeTask: (task: Task) => Promise.resolve(void this.tasks.push(task.execution)) },
    };
  }
}

let editor: FakeEditor;

/** Loads the shipped bundle as the editor does, `vscode` being the fake. */
function activate(language: string): void {
  editor = new FakeEditor();
  const api = editor.api(language);
  const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
  const load = loader._load;
  loader._load = (request, ...rest) => (request === 'vscode' ? api : load.call(loader, request, ...rest));
  try {
    const require = createRequire(import.meta.url);
    const path = `${root}dist/extension.cjs`;
    Reflect.deleteProperty(require.cache, path);
    const extension = require(path) as { activate: (context: unknown) => void };
    extension.activate({ subscriptions: [], extensionUri: { fsPath: '/extension' } });
  } finally {
    loader._load = load;
  }
}

function topology(text: string, languageId = 'lblab') {
  return {
    languageId,
    fileName: '/folder/my.lblab.yaml',
    isUntitled: false,
    uri: { fsPath: '/folder/my.lblab.yaml', toString: () => 'file:///folder/my.lblab.yaml' },
    getText: () => text,
    positionAt: (offset: number) => offset,
    save: () => Promise.resolve(true),
  };
}

describe('the extension', () => {
  before(buildOnce);

  it('shows a problem at its place, with its remedy', () => {
    activate('en');
    const text = 'model: dr\nservise: {}\n';
    editor.listeners['open']!(topology(text));
    const [problems] = editor.shown.values();
    const unknown = problems!.find(({ code }) => code === 'unknown-key')!;
    const range = unknown.range as unknown as { start: number; end: number };
    assert.equal(text.slice(range.start, range.end), 'servise');
    assert.match(unknown.message, /`servise` is not known here\.\nCorrect or remove it/);
    assert.equal(unknown.source, 'LB Lab');
  });

  it('speaks Chinese in a Chinese editor', () => {
    activate('zh-cn');
    editor.listeners['open']!(topology(''));
    const [problems] = editor.shown.values();
    assert.match(problems![0]!.message, /\p{Script=Han}/u);
  });

  it('leaves other files alone', () => {
    activate('en');
    editor.listeners['open']!(topology('model: [', 'yaml'));
    assert.equal(editor.shown.size, 0);
  });

  it('runs the open topology with the editor’s own Node, without a shell', async () => {
    activate('en');
    editor.active = { document: topology('model: dr') };
    await editor.commands.get('lbLab.runInTerminal')!();
    const [task] = editor.tasks;
    assert.deepEqual(task!.args, [
      '/extension/dist/lb-lab.js',
      'run',
      '/folder/my.lblab.yaml',
      '--lang',
      'en',
    ]);
    assert.deepEqual(task!.env, { ELECTRON_RUN_AS_NODE: '1' });
  });

  it('says what to do when no topology is open', async () => {
    activate('en');
    await editor.commands.get('lbLab.runInTerminal')!();
    assert.equal(editor.tasks.length, 0);
    assert.match(editor.messages[0]!, /Open a topology file/);
  });
});
