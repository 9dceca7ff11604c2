import type * as vscode from 'vscode';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { Workbench } from '../workbench.ts';
import { openTopology } from './open-topology.ts';
import { pickFile } from './pick-file.ts';

/**
 * `Start LB Lab (DR)` and its siblings: the open topology of that model; else the one in the workspace, a choice if there
 * are several; else a new file from the example.
 */
export async function startModel(workbench: Workbench, model: Plan['model']): Promise<void> {
  // Pressed again meanwhile, it means the same file, not another one.
  const found = finding.get(model) ?? openedFor(workbench, model).finally(() => finding.delete(model));
  finding.set(model, found);
  const uri = await found;
  if (uri) await workbench.runner.start(uri);
}

const finding = new Map<Plan['model'], Promise<vscode.Uri | undefined>>();

async function openedFor(workbench: Workbench, model: Plan['model']): Promise<vscode.Uri | undefined> {
  const uri = await fileFor(workbench, model);
  if (uri) await openTopology(uri);
  return uri;
}

async function fileFor(workbench: Workbench, model: Plan['model']): Promise<vscode.Uri | undefined> {
  const { files } = workbench;
  const open = files.openOf(model);
  if (open) return open.uri;
  const saved = await files.savedOf(model);
  return saved.length > 0 ? pickFile(workbench, saved) : files.create(files.example(model));
}
