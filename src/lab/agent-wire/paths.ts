/** Where the agent and its processes lie in every container of the node image. */
export const AGENT_FOLDER = '/opt/lb-lab';
/** The plan of the lab, for a node that is alone: no controller tells it. */
export const PLAN_FILE = `${AGENT_FOLDER}/plan.json`;
/** The environment variable that tells such a node which one of the plan it is. */
export const NODE_VARIABLE = 'LB_LAB_NODE';
