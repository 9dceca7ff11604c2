import { stringify } from 'yaml';
import type { Plan } from '../topology/plan.ts';
import { agentFilesOf, clabTopology, FILES, type AgentFile } from './clab-topology.ts';

export interface ExportedFile {
  /** Relative to the folder of the export, with slashes. */
  readonly path: string;
  readonly content: string;
}

/** Everything that another machine with containerlab and the node image needs. `header` is a line of plain text. */
export function exportFiles(
  plan: Plan,
  image: string,
  header: string,
  readAgentFile: (name: AgentFile) => string,
): ExportedFile[] {
  const topology = clabTopology(plan, image);
  return [
    // Commands are one line each, however long.
    {
      path: `${topology.name}.clab.yml`,
      content: `# ${header}\n${stringify(topology, { lineWidth: 0, aliasDuplicateObjects: false })}`,
    },
    { path: `${FILES}/plan.json`, content: `${JSON.stringify(beginningOf(plan))}\n` },
    ...agentFilesOf(plan).map((name) => ({ path: `${FILES}/${name}`, content: readAgentFile(name) })),
  ];
}

/** What the file says happens by itself is nobody's to do there, and what it expects nobody's to judge. */
function beginningOf({ lab, model, segments, nodes, services, traffic }: Plan): Plan {
  return { lab, model, segments, nodes, services, traffic };
}
