import type { EmbeddedEngine } from '../../../lab/embedded/embedded-engine.ts';
import type { PlannedTraffic } from '../../../lab/topology/plan.ts';
import { sealedState } from '../../../mystery/seal-tables.ts';
import type { LabSession } from '../labs/lab-session.ts';
import type { ConsoleNode } from '../../../console/command.ts';

/** Longer than ARP asks in vain: then it is known why. */
const PING_PATIENCE_NS = 4e9;
const FETCH_PATIENCE_NS = 5e9;

/** A node of a lab in memory, as a console sees it. */
export function sessionNode(session: LabSession, name: string): ConsoleNode {
  const engine = () =>
    session.run.engineName === 'embedded' ? (session.run.engine as EmbeddedEngine | undefined) : undefined;
  return {
    name,
    link: (segment) => {
      const node = session.runningPlan.nodes.find((one) => one.name === name);
      const port = node?.interfaces.find((one) => one.segment === segment);
      return port && { ...port, down: port.down || session.run.unplugged.has(name, segment) };
    },
    inspect: async () => {
      const state = await session.run.inspect(name);
      return session.recording.isSealed ? sealedState(state) : state;
    },
    ping: async (to) => engine()?.ping(name, to, PING_PATIENCE_NS),
    fetch: async ({ to, port, path }) => {
      const entry: PlannedTraffic = {
        ...{ from: name, to, port, request: `GET ${path}`, timeoutNs: FETCH_PATIENCE_NS },
        ...{ afterNs: 0, everyNs: 0, count: 1, responseBytes: 0, requestBytes: 0 },
      };
      return engine()?.fetch(name, entry);
    },
    addressOf: (wanted) => {
      const { nodes, services } = session.version.plan;
      if (wanted.toLowerCase() === 'vip' && services.length > 0) return services[0]!.vip;
      return (
        nodes.find((node) => node.name === wanted)?.interfaces[0]?.address ??
        services.find((service) => service.name === wanted)?.vip
      );
    },
  };
}
