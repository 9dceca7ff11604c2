import * as vscode from 'vscode';
import { editorText } from '../../core/editor-text.ts';
import { FILE_PATTERN } from '../../core/ids.ts';
import { Cancelled } from '../../core/labs/lab-failure.ts';
import type { EngineSource } from '../../core/labs/lab-engine.ts';
import { fileNameOf } from '../topology-files.ts';
import type { Workbench } from '../workbench.ts';

type Parts = Pick<Workbench, 'files' | 'texts' | 'translate' | 'platform' | 'messages'>;

/**
 * Topology files with an `expect:` as tests of the editor: each is run, on either engine, and fails at the line that was
 * not met. Nothing is looked for before the editor asks, which it does when somebody looks at its tests.
 */
export function testExplorer(parts: Parts): vscode.Disposable {
  const { files, texts, translate, platform, messages } = parts;
  const controller = vscode.tests.createTestController('lbLab.tests', translate('extension.tests'));
  const disposables: vscode.Disposable[] = [controller];

  const look = async (uri: vscode.Uri) => {
    const id = uri.toString();
    const name = fileNameOf(uri);
    const text = await files.read(uri).catch(() => undefined);
    const loaded = text === undefined ? undefined : (await texts()).of({ uri: id, name, text }).loaded;
    const known = controller.items.get(id);
    // What somebody is in the middle of writing may be no topology for a while: its test stays.
    if (!loaded || (!loaded.expect && (loaded.document || !known))) return controller.items.delete(id);
    const item = known ?? controller.createTestItem(id, editorText(name), uri);
    const { line } = loaded.places.key(['expect']).start;
    item.range = new vscode.Range(line - 1, 0, line - 1, 0);
    controller.items.add(item);
  };
  const lookAtAll = async () => {
    const there = await files.saved();
    const ids = new Set(there.map((uri) => uri.toString()));
    for (const [id] of controller.items) if (!ids.has(id)) controller.items.delete(id);
    await Promise.all(there.map(look));
  };

  let isWatching = false;
  const watch = () => {
    if (isWatching) return;
    isWatching = true;
    const watcher = vscode.workspace.createFileSystemWatcher(FILE_PATTERN);
    const again = (uri: vscode.Uri) => void messages.attempt(() => look(uri));
    disposables.push(
      watcher,
      watcher.onDidCreate(again),
      watcher.onDidChange(again),
      watcher.onDidDelete(again),
    );
  };
  controller.resolveHandler = async (item) => {
    if (item) return;
    watch();
    await Promise.all([lookAtAll(), addDocker()]);
  };
  controller.refreshHandler = async () => {
    await Promise.all([lookAtAll(), addDocker()]);
  };

  const addProfile = (key: string, source: () => Promise<EngineSource>, isDefault: boolean) =>
    controller.createRunProfile(
      translate(key),
      vscode.TestRunProfileKind.Run,
      (request, token) => run(request, token, source),
      isDefault,
    );
  addProfile(
    'extension.test.embedded',
    async () => (await import('../../core/testing/virtual-source.ts')).virtualSource,
    true,
  );
  const onDocker = async () => (await platform.engines.choose('docker')).source;
  let hasDocker = false;
  /** Where Docker answers and has the node image; it is asked again at each look. */
  async function addDocker(): Promise<void> {
    if (hasDocker || !platform.docker) return;
    const source = await onDocker().catch(() => undefined);
    source?.close?.();
    if (!source || hasDocker) return;
    hasDocker = true;
    addProfile('extension.test.docker', onDocker, false);
  }

  async function run(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
    source: () => Promise<EngineSource>,
  ): Promise<void> {
    const wanted = request.include ?? [...controller.items].map(([, item]) => item);
    const items = wanted.filter((item) => !request.exclude?.includes(item));
    const testRun = controller.createTestRun(request);
    items.forEach((item) => testRun.enqueued(item));
    try {
      for (const item of items) {
        if (token.isCancellationRequested) testRun.skipped(item);
        else await runOne(testRun, item, token, source);
      }
    } finally {
      testRun.end();
    }
  }

  async function runOne(
    testRun: vscode.TestRun,
    item: vscode.TestItem,
    token: vscode.CancellationToken,
    source: () => Promise<EngineSource>,
  ): Promise<void> {
    const uri = item.uri!;
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    const began = Date.now();
    testRun.started(item);
    try {
      const [{ runTest }, known] = await Promise.all([import('../../core/testing/run-test.ts'), texts()]);
      const { loaded } = known.of({ uri: item.id, name: fileNameOf(uri), text: await files.read(uri) });
      const failures = await runTest({
        uri: item.id,
        loaded,
        source,
        translate,
        signal: abort.signal,
        // Terminals want both.
        onLine: (text) => testRun.appendOutput(`${editorText(text)}\r\n`, undefined, item),
      });
      const took = Date.now() - began;
      if (failures.length === 0) testRun.passed(item, took);
      else
        testRun.failed(
          item,
          failures.map((failure) => toMessage(uri, failure)),
          took,
        );
    } catch (error) {
      if (error instanceof Cancelled) testRun.skipped(item);
      else {
        const text = error instanceof Error ? error.message : String(error);
        testRun.errored(item, new vscode.TestMessage(editorText(text)), Date.now() - began);
      }
    } finally {
      listening.dispose();
    }
  }

  return { dispose: () => disposables.splice(0).forEach((one) => void one.dispose()) };
}

function toMessage(
  uri: vscode.Uri,
  { text, expected, seen, line }: { text: string; expected: string; seen: string; line: number },
): vscode.TestMessage {
  const message = vscode.TestMessage.diff(editorText(text), expected, seen);
  message.location = new vscode.Location(uri, new vscode.Position(line - 1, 0));
  return message;
}
