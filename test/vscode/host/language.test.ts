import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { example, openTopology, placeOf } from './topology.ts';
import { until } from './until.ts';

/** What an editor shows at a place, asked of VS Code as the editor does. */
async function ask<T>(command: string, ...args: unknown[]): Promise<T> {
  return until(command, () => vscode.commands.executeCommand<T>(command, ...args)) as Promise<T>;
}

const textOf = (content: vscode.MarkdownString | vscode.MarkedString): string =>
  typeof content === 'string' ? content : content.value;

describe('the topology language', () => {
  let document: vscode.TextDocument;
  before(async () => {
    document = await openTopology(example('dr'));
  });

  it('completes schedulers', async () => {
    const place = placeOf(document, 'scheduler: rr', 'scheduler: '.length);
    const { items } = await ask<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      place,
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    for (const scheduler of ['rr', 'wlc', 'mh']) assert.ok(labels.includes(scheduler), labels.join());
  });

  it('tells on hover what a key does', async () => {
    const place = placeOf(document, 'scheduler', 2);
    const hovers = await ask<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, place);
    assert.match(hovers.flatMap(({ contents }) => contents.map(textOf)).join('\n'), /connection/i);
  });

  it('links to help from a hover, in a block that may do nothing else, and from the code of a problem', async () => {
    const place = placeOf(document, 'scheduler', 2);
    const hovers = await ask<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, place);
    const blocks = hovers.flatMap(({ contents }) => contents).filter((block) => typeof block === 'object');
    const trusted = blocks.filter((block) => 'isTrusted' in block && block.isTrusted);
    assert.deepEqual(
      trusted.map((block) => 'isTrusted' in block && block.isTrusted),
      [{ enabledCommands: ['lbLab.help'] }],
    );
    assert.match(textOf(trusted[0]!), /^\[\w+\]\(command:lbLab\.help\?%5B%22topology%22%5D\)$/);
    const wrong = await openTopology(example('dr').replace('scheduler: rr', 'scheduler: zz'));
    const [problem] = await until('a problem', () => vscode.languages.getDiagnostics(wrong.uri));
    const { code } = problem!;
    assert.ok(typeof code === 'object');
    assert.equal(code.value, 'unknown-choice');
    assert.equal(code.target.scheme, 'command');
    await vscode.commands.executeCommand('lbLab.help', 'topology');
    await until('the page', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.includes('topology.md'))),
    );
  });

  it('goes from a name to the node', async () => {
    const place = placeOf(document, 'gateway: router', 'gateway: r'.length);
    const found = await ask<vscode.Location[]>('vscode.executeDefinitionProvider', document.uri, place);
    assert.deepEqual(found[0]!.range.start, placeOf(document, '  router:', 2));
  });

  it('renames a node everywhere', async () => {
    const place = placeOf(document, '  rs1:', 3);
    const edit = await ask<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      place,
      'web1',
    );
    const changed = edit.get(document.uri).map(({ range }) => document.getText(range));
    assert.deepEqual(changed, ['rs1', 'rs1']);
  });

  it('offers commands on the model and on each entry of the traffic, and nowhere else', async () => {
    const lenses = await ask<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
    assert.deepEqual(
      lenses.map(({ command }) => command?.command),
      ['lbLab.start', 'lbLab.showFlow', 'lbLab.sendEntry', 'lbLab.sendEntry'],
    );
  });

  it('hints at derived values', async () => {
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await ask<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, all);
    const texts = hints.map(({ label }) =>
      typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
    );
    assert.ok(
      texts.some((text) => /02(:[0-9a-f]{2}){5}/.test(text)),
      texts.join(),
    );
  });

  it('has an outline and folds', async () => {
    const symbols = await ask<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.ok(symbols.some(({ name }) => name === 'nodes'));
    const folds = await ask<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', document.uri);
    assert.ok(folds.some(({ start }) => start === placeOf(document, 'nodes:').line));
  });

  it('reports what is wrong while it is typed, and nothing once it is right', async () => {
    const wrong = await openTopology(example('dr').replace('scheduler: rr', 'scheduler: zz'));
    const problems = await until('a problem', () => vscode.languages.getDiagnostics(wrong.uri));
    assert.equal(problems[0]!.source, 'LB Lab');
    assert.match(wrong.getText(problems[0]!.range), /zz/);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(wrong.uri, problems[0]!.range, 'rr');
    assert.ok(await vscode.workspace.applyEdit(edit));
    await until('no problem', () => vscode.languages.getDiagnostics(wrong.uri).length === 0);
  });

  it('corrects a mistake with one quick fix', async () => {
    const wrong = await openTopology(
      example('dr').replace('role: server, ', 'role: server, hideVip: false, '),
    );
    const [problem] = await until('a problem', () => vscode.languages.getDiagnostics(wrong.uri));
    const actions = await ask<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      wrong.uri,
      problem!.range,
    );
    const fix = actions.find(({ edit, kind }) => edit && kind?.contains(vscode.CodeActionKind.QuickFix));
    assert.ok(fix, actions.map(({ title }) => title).join());
    assert.ok(await vscode.workspace.applyEdit(fix.edit!));
    assert.match(wrong.getText(), /rs1:.*hideVip: true/);
    await until('no problem', () => vscode.languages.getDiagnostics(wrong.uri).length === 0);
  });
});
