/** One line of the tree of labs. What it shows is made by `labTree`; the editor hands it back to commands. */
export interface TreeItem {
  readonly type: 'lb-lab-tree-item';
  /** The topology file of its lab. */
  readonly uri: string;
  readonly kind: TreeItemKind;
  /** The node, segment or service it stands for; the lab's name for a lab. */
  readonly name: string;
  /** Of an interface: whose it is. */
  readonly node?: string;
  /** Unique and lasting, so that the editor remembers what was open. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** A codicon's name, and the theme colour it is drawn in. */
  readonly icon: string;
  readonly color?: string;
  /** For menus: `node.running`, `lab.stopped` and the like. */
  readonly context: string;
  readonly children: readonly TreeItem[];
  readonly open: boolean;
}

export type TreeItemKind =
  'lab' | 'segment' | 'node' | 'interface' | 'service' | 'server' | 'connection' | 'group';

export function isTreeItem(value: unknown): value is TreeItem {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'lb-lab-tree-item';
}
