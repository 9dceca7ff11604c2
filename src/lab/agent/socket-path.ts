/** Where the agent listens, inside its container. */
export const SOCKET_PATH = '/run/lb-lab.sock';
