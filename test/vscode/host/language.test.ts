import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { example, openTopology } from './topology.ts';
import { until } from './until.ts';

describe('the topology language', () => {
  it('reports what is wrong while it is typed, and nothing once it is right', async () => {
    const document = await openTopology(example('dr').replace('scheduler: rr', 'scheduler: zz'));
    const problems = await until('a problem', () => vscode.languages.getDiagnostics(document.uri));
    assert.equal(problems[0]!.source, 'LB Lab');
    assert.match(document.getText(problems[0]!.range), /zz/);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, problems[0]!.range, 'rr');
    assert.ok(await vscode.workspace.applyEdit(edit));
    await until('no problem', () => vscode.languages.getDiagnostics(document.uri).length === 0);
  });
});
