/** Where the agent and its processes lie in every container of the node image. */
export const AGENT_FOLDER = '/opt/lb-lab';
