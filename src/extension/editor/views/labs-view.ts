import * as vscode from 'vscode';
import type { ConnectionView } from '../../../forwarder/connections/view.ts';
import { editorText } from '../../core/editor-text.ts';
import { viewIds } from '../../core/ids.ts';
import type { pathOf } from '../../core/labs/file-path.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import type { Workbench } from '../workbench.ts';
import { labTree } from '../../core/tree/lab-tree.ts';
import type { TreeItem } from '../../core/tree/tree-item.ts';

/** At most this often the tree is drawn anew while frames come. */
const PACE_MS = 1000;

/** The tree of labs, as long as somebody looks at it. */
export function labsView(workbench: Workbench): vscode.Disposable {
  const { labs, translate, messages, platform } = workbench;
  const changed = new vscode.EventEmitter<void>();
  let connections = new Map<LabSession, Map<string, readonly ConnectionView[]>>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const treeOf = (session: LabSession): TreeItem =>
    labTree(
      {
        uri: session.uri,
        file: session.file,
        engine: session.run.engineName,
        plan: session.version.plan,
        state: session.run.state,
        isCovered: session.isCovered,
        nodeState: (name) => session.nodeState(name),
        isUnplugged: (node, segment) => session.run.unplugged.has(node, segment),
        opened: (service, server) => session.recording.opened.count(service, server),
        connections: (node) => connections.get(session)?.get(node) ?? [],
      },
      translate,
    );
  const view = vscode.window.createTreeView<TreeItem>(viewIds.labs, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: toItem,
      getChildren: (parent) => (parent ? [...parent.children] : labs.all().map(treeOf)),
    },
  });
  const draw = async () => {
    const tables = labs.running().map(async (session) => [session, await tablesOf(session)] as const);
    connections = new Map(await Promise.all(tables));
    changed.fire();
  };
  const drawSoon = (delay: number) => {
    if (!view.visible) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void messages.attempt(draw);
    }, delay);
  };
  // Only a welcome tells of Docker, and only where it may be used.
  const look = () => {
    if (view.visible && labs.all().length === 0 && vscode.workspace.isTrusted) void platform.docker?.look();
  };
  return vscode.Disposable.from(
    view,
    changed,
    view.onDidChangeVisibility(() => {
      drawSoon(0);
      look();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(look),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('lbLab.docker.host')) look();
    }),
    labs.onDidChange(({ news }) => {
      // How the labs are does not wait for nodes that have to be asked.
      if (news !== 'events') changed.fire();
      drawSoon(news === 'events' ? PACE_MS : 50);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}

async function tablesOf(session: LabSession): Promise<Map<string, readonly ConnectionView[]>> {
  const nodes = session.version.plan.nodes.filter(({ forwarder }) => forwarder);
  // A node that cannot be asked has no table to show; what ails it is told elsewhere.
  const tables = await Promise.all(nodes.map(({ name }) => session.run.connections(name).catch(() => [])));
  return new Map(nodes.map(({ name }, index) => [name, tables[index]!]));
}

function toItem(shown: TreeItem): vscode.TreeItem {
  const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(
    editorText(shown.label),
    shown.children.length === 0 ? None : shown.open ? Expanded : Collapsed,
  );
  item.id = shown.id;
  item.description = editorText(shown.description);
  item.tooltip = editorText(shown.tooltip || `${shown.label} ${shown.description}`);
  item.contextValue = shown.context;
  item.iconPath = new vscode.ThemeIcon(
    shown.icon,
    shown.color ? new vscode.ThemeColor(shown.color) : undefined,
  );
  item.accessibilityInformation = { label: `${shown.label}, ${shown.description}` };
  const place = placeOf(shown);
  if (place)
    item.command = {
      title: editorText(shown.label),
      command: 'lbLab.showPlace',
      arguments: [shown.uri, place],
    };
  return item;
}

/** Choosing a node, a segment or a service shows it in the file. */
function placeOf({ kind, name }: TreeItem): Parameters<typeof pathOf>[0] | undefined {
  return kind === 'node' || kind === 'segment' || kind === 'service' ? { kind, name } : undefined;
}
