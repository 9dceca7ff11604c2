import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { formatMac } from '../../packet/address.ts';
import { nodeSetup } from '../agent-wire/node-setup.ts';
import { Turns } from '../turns.ts';
import { alonePlan } from './alone-plan.ts';
import { Node } from './node.ts';
import { connected } from './relay.ts';
import { SOCKET_PATH } from './socket-path.ts';

/**
 * A node without a controller: an exported lab on somebody else's engine. It becomes a node of the plan when it is told
 * to (`configure`), for at its own start it has no interfaces yet; what happens to its processes goes to its log.
 */
export function serveAlone(): void {
  const node = new Node(
    (event) => {
      if (event.event === 'process') log(event);
    },
    () => true,
  );
  const turns = new Turns();
  rmSync(SOCKET_PATH, { force: true });
  createServer((socket) => {
    const answer = (said: unknown) => socket.end(JSON.stringify(said));
    socket.on('error', () => undefined);
    turns
      .next(() => configure(node))
      .then(answer, (error: unknown) =>
        answer({ error: error instanceof Error ? error.message : String(error) }),
      );
  }).listen(SOCKET_PATH);
  const end = () => void node.stop().finally(() => process.exit(0));
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** Tells this container's node to become what the plan says. Exits 1 with the reason when it cannot. */
export async function configureAlone(): Promise<void> {
  const said = await text(await connected());
  log(said);
  process.exit('error' in (JSON.parse(said) as object) ? 1 : 0);
}

/** The addresses are there already, by `ip`: they are looked at, and with them all that the lesson hangs on. */
async function configure(running: Node): Promise<{ readonly warnings: readonly unknown[] }> {
  const { plan, node } = alonePlan();
  const devices = node.interfaces.map(({ segment, mac }) => ({ segment, dockerMac: formatMac(mac) }));
  return { warnings: await running.configure({ ...nodeSetup(plan, node, devices), unrecorded: true }) };
}

function log(said: unknown): void {
  process.stdout.write(`${typeof said === 'string' ? said : JSON.stringify(said)}\n`);
}
