import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { innerCommandIds, viewIds } from '../../../src/extension/core/ids.ts';
import { example, extension, openTopology } from './topology.ts';
import { until } from './until.ts';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('activation', () => {
  it('comes by itself, so that labs are taken up whatever is open', async () => {
    await until('activation', () => extension().isActive);
  });

  it('a topology file has its language', async () => {
    const document = await openTopology(example('dr'));
    assert.equal(document.languageId, 'lblab');
  });

  it('registers exactly the commands of the manifest, and those that only code calls', async () => {
    const { contributes } = extension().packageJSON as Manifest;
    const declared = contributes.commands.map(({ command }) => command);
    const registered = (await vscode.commands.getCommands(true))
      // The editor makes some for each view.
      .filter((id) => id.startsWith('lbLab.') && !id.startsWith(`${viewIds.labs}.`));
    assert.deepEqual(registered.sort(), [...declared, ...innerCommandIds].sort());
  });
});
