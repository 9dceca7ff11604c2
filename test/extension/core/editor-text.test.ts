import assert from 'node:assert/strict';
import { build } from 'esbuild';
import fc from 'fast-check';
import { editorText } from '../../../src/extension/core/editor-text.ts';
import type * as EditorUi from '../../../src/extension/editor/editor-ui.ts';
import type { Messages } from '../../../src/extension/editor/messages.ts';
import { visible } from '../../../src/l10n/visible.ts';
import { firstUnseen, hostileText, hostileTexts } from '../../support/hostile-text.ts';
import { root } from '../../support/lb-lab.ts';

/** How VS Code finds links in messages (src/vs/base/common/linkedText.ts) and icons in labels (iconLabels.ts). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const ICON = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;

function assertText(text: string): void {
  assert.doesNotMatch(text, LINK);
  assert.doesNotMatch(text, ICON);
  assert.equal(firstUnseen(text), undefined);
}

describe('text for the editor', () => {
  it('holds no link, no icon and nothing unseen, and reads as before', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const [line] = [editorText(text.replaceAll('\n', ' '))];
        assertText(line);
        assert.equal(editorText(line), line);
        const kept = visible(text.replaceAll('\n', ' '));
        assert.equal(line.replaceAll('\u200c', ''), kept.replaceAll('\u200c', ''));
      }),
    );
  });

  it('is what every message, pick, progress, terminal and log shows', async () => {
    const { ui, Messages: Made, told } = await withFakeEditor();
    const log = ui.createLog('LB Lab');
    const messages = new Made((_key: string, params = {}) => JSON.stringify(params), log);
    for (const hostile of hostileTexts) {
      messages.hint(hostile);
      messages.warning(hostile);
      messages.failure(new Error(hostile));
      messages.failure(hostile);
      void ui.showMessage('error', hostile);
      void ui.pick([{ label: hostile, description: hostile }], hostile);
      void ui.withProgress(hostile, undefined, (report) => {
        report(hostile);
        return Promise.resolve();
      });
      ui.openTerminal(hostile, {} as never);
      log.info(hostile);
      log.warn(hostile);
      log.error(new Error(hostile));
    }
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(told.length > hostileTexts.length * 14, String(told.length));
    for (const { by, text } of told) {
      // A line of ours, or of a stack; in a log it stands indented, so that it is no line of the log's own.
      for (const line of text.split('\n')) assert.equal(firstUnseen(line), undefined, by);
      if (by === 'log') assert.doesNotMatch(text, /\n(?! {4})/);
      else assertText(text.replaceAll('\n', ''));
    }
  });
});

type Ui = typeof EditorUi;

/** `editor-ui.ts` and `messages.ts` as they are bundled, over an editor that only writes down what it is told. */
async function withFakeEditor() {
  const told: { readonly by: string; readonly text: string }[] = [];
  const tell = (by: string, ...values: readonly unknown[]) => {
    for (const value of values)
      if (typeof value === 'string') told.push({ by, text: value });
      else if (
        typeof value === 'object' &&
        value !== null &&
        !('pty' in value && typeof value.pty === 'string')
      )
        for (const [key, one] of Object.entries(value)) if (key !== 'item') tell(by, one);
  };
  const answer =
    (by: string) =>
    (...values: readonly unknown[]) => {
      tell(by, ...values);
      return Promise.resolve(undefined);
    };
  const channel = Object.fromEntries(['info', 'warn', 'error'].map((name) => [name, answer('log')]));
  const vscode = {
    ProgressLocation: { Notification: 15 },
    ThemeIcon: function () {
      return undefined;
    },
    commands: { executeCommand: () => Promise.resolve() },
    window: {
      showErrorMessage: answer('error'),
      showWarningMessage: answer('warning'),
      showInformationMessage: answer('information'),
      showQuickPick: answer('pick'),
      withProgress: (options: object, work: (progress: object, token: object) => unknown) => {
        tell('progress', options);
        return work(
          { report: (value: object) => tell('progress', value) },
          { onCancellationRequested: () => undefined },
        );
      },
      createTerminal: (options: object) => {
        tell('terminal', options);
        return { show: () => undefined };
      },
      createOutputChannel: () => channel,
    },
  };
  const { outputFiles } = await build({
    stdin: {
      contents:
        "export * as ui from './src/extension/editor/editor-ui.ts'; export { Messages } from './src/extension/editor/messages.ts';",
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    external: ['vscode'],
    logLevel: 'silent',
  });
  const module = {
    exports: {} as { ui: Ui; Messages: typeof Messages },
  };
  new Function('module', 'exports', 'require', outputFiles[0]!.text)(module, module.exports, () => vscode);
  return { ...module.exports, told };
}
