/** Everything LB Lab makes in an engine carries these labels, and nothing without them is ever touched. */
export const LABEL = {
  /** The lab's id: the same on its containers and networks, and on nothing else. */
  lab: 'lb-lab.lab',
  /** The lab's name: that of its file. */
  name: 'lb-lab.name',
  /** Who controls it: see `owner.ts`. */
  owner: 'lb-lab.owner',
  version: 'lb-lab.version',
  /** On a container: the node's name. */
  node: 'lb-lab.node',
  /** On a network: the segment's name. */
  segment: 'lb-lab.segment',
} as const;

export interface LabIdentity {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly version: string;
}

export function labLabels({ id, name, owner, version }: LabIdentity): Record<string, string> {
  return { [LABEL.lab]: id, [LABEL.name]: name, [LABEL.owner]: owner, [LABEL.version]: version };
}

/** How a container or a network of the lab is called: no two labs share an id, so no two names collide. */
export function objectName(id: string, part: string): string {
  return `lb-lab-${id}-${part}`;
}
