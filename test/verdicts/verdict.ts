import { meetsExpectation } from '../../src/journey/expectation.ts';
import { totalsOf } from '../../src/journey/request-totals.ts';
import type { Report } from '../../src/journey/report.ts';
import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { reportOfEvents } from '../journey/build-report.ts';
import { isWhole, listening } from './heard.ts';
import { trialOf, type Trial } from './lab-of.ts';

export interface Verdict {
  readonly report: Report;
  /** What was asked for, by the file. */
  readonly planned: number;
  /** How many clients got every byte, by what their sockets were handed. */
  readonly whole: number;
  /** What the lab says: how many were asked and answered, and whether every one was. */
  readonly asked: number;
  readonly answered: number;
  readonly saysAll: boolean;
}

/** Makes the lab of a number, runs it, and holds what is said against what the clients got. */
export function verdictOf(seed: number): Verdict {
  const trial = trialOf(seed);
  const { plan } = loadTopology(trial.text, 'trial.lblab.yaml');
  if (!plan) throw new Error(`no plan for seed ${seed}:\n${trial.text}`);
  const events: LabEvent[] = [];
  const engine = new EmbeddedEngine(plan, (told) => events.push(...told), { seed, startedAt: 'T' });
  const { heard } = listening(
    () => engine.nowNs,
    () => play(engine, plan, trial),
  );
  const report = reportOfEvents(plan, events);
  const { asked, answered } = totalsOf(report.requests);
  const { differences } = meetsExpectation(report);
  return {
    report,
    planned: plan.traffic.reduce((sum, { count }) => sum + count, 0),
    whole: heard.filter((one) => isWhole(one, trial.timeoutNs)).length,
    asked,
    answered,
    saysAll: differences.every(({ what }) => what !== 'outcomes'),
  };
}

function play(engine: EmbeddedEngine, plan: Plan, { deeds, removed, untilNs }: Trial): void {
  engine.startNow();
  const acts = [
    ...deeds.map(({ atNs, node, state }) => ({ atNs, act: () => void engine.setNodeNow(node, state) })),
    ...(removed ? [{ atNs: removed.atNs, act: () => void engine.apply(without(plan, removed.server)) }] : []),
  ].sort((a, b) => a.atNs - b.atNs);
  for (const { atNs, act } of acts) {
    if (atNs >= untilNs) break;
    engine.run(atNs - engine.nowNs);
    act();
  }
  engine.runUntilSettled(untilNs - engine.nowNs);
  void engine.stop();
}

/** The same lab, this server out of its services. */
function without(plan: Plan, server: string): Plan {
  const left = <T extends { readonly name: string }>(servers: readonly T[]) =>
    servers.filter(({ name }) => name !== server);
  return {
    ...plan,
    services: plan.services.map((service) => ({ ...service, servers: left(service.servers) })),
    nodes: plan.nodes.map((node) =>
      node.forwarder
        ? {
            ...node,
            forwarder: {
              ...node.forwarder,
              services: node.forwarder.services.map((service) => ({
                ...service,
                servers: left(service.servers),
              })),
            },
          }
        : node,
    ),
  };
}

/** What is wrong with a verdict; empty when it is true. */
export function faultsOf({ report, planned, whole, asked, answered, saysAll }: Verdict): string[] {
  const faults: string[] = [];
  if (asked !== planned) faults.push(`${planned} were to be asked, the ledger has ${asked}`);
  if (answered !== whole) faults.push(`${whole} clients got every byte, the ledger says ${answered}`);
  if (saysAll !== (whole === planned)) faults.push(`"every request was answered" is ${saysAll}`);
  for (const { id, finding, outcome } of report.requests)
    if (finding) faults.push(`request ${id} (${outcome}): ${finding}`);
  return faults;
}
