import { formatIpv4, formatMac } from '../packet/address.ts';
import { variantOf, type VariantName } from '../models/models.ts';
import type { Translate } from '../l10n/translate.ts';
import { EmbeddedEngine } from '../lab/embedded/embedded-engine.ts';
import type { TopologyDocument } from '../lab/topology/parse.ts';
import type { Plan, PlannedTraffic } from '../lab/topology/plan.ts';
import { JourneyBuilder } from '../journey/journey-builder.ts';
import { alignSteps } from './align.ts';
import type { Column, Comparison, Row } from './comparison.ts';
import { derive } from './derive.ts';
import { observe, type Observed, type Recorded, type Step } from './observe.ts';

/** So many models stand side by side. */
export const FEWEST = 2;
export const MOST = 4;
/** Longer than any client waits. */
const LIMIT_NS = 600e9;
/** Nothing that is compared hangs on it. */
const STARTED_AT = '1970-01-01T00:00:00.000000000Z';

/** A lab to compare: what it is, and its recording, if there could be one. */
export interface Compared extends Pick<
  Column,
  'variant' | 'lab' | 'isAsWritten' | 'recording' | 'changes' | 'problems'
> {
  readonly recorded?: Recorded;
}

/** The first request of a file under each of the models, in memory. The file is one without an error of its shape. */
export function compareModels(
  document: TopologyDocument,
  names: readonly VariantName[],
  translate: Translate,
): Comparison {
  return comparison(names.map((variant) => underModel(document, variant, translate)));
}

/** The first request of a file under one model, in memory. */
export function underModel(document: TopologyDocument, name: VariantName, translate: Translate): Compared {
  const { variant, isAsWritten, plan, changes, problems } = derive(document, name);
  const about = { variant, lab: document.lab, isAsWritten, changes };
  const told = problems.map(({ code, severity, params }) => ({ code, severity, params }));
  return { ...about, problems: told, ...(plan && { recorded: runOnce(plan, translate) }) };
}

/** The first request of the lab of a plan as it is, in memory. */
export function asItIs(plan: Plan, translate: Translate): Compared {
  return fromRecording(runOnce(plan, translate));
}

/** The first request of a recording that there is. */
export function fromRecording(recorded: Recorded): Compared {
  const { plan } = recorded;
  return { lab: plan.lab, isAsWritten: true, changes: [], problems: [], variant: variantOf(plan), recorded };
}

/** Columns of labs, however they were recorded. */
export function comparison(labs: readonly Compared[]): Comparison {
  const observed = labs.map(({ recorded }) => recorded && observe(recorded));
  const columns = labs.map(({ recorded, ...about }, index): Column => {
    const sums = observed[index]?.sums;
    return { ...about, names: recorded ? namesIn(recorded.plan) : {}, ...(sums && { sums }) };
  });
  const request = observed.find((one) => one?.request)?.request ?? '';
  return { request, columns, rows: [...rows('request', observed), ...rows('reply', observed)] };
}

/** The lab from its start until its first request is done, and nothing else. */
function runOnce(plan: Plan, translate: Translate): Recorded {
  const asked: Plan = { ...plan, traffic: firstOf(plan), events: [] };
  const builder = new JourneyBuilder(asked, { engine: 'embedded', startedAt: STARTED_AT, translate });
  const engine = new EmbeddedEngine(asked, (events) => builder.add(events), { startedAt: STARTED_AT });
  engine.startNow();
  engine.runUntilSettled(LIMIT_NS);
  return {
    plan: asked,
    report: builder.report(),
    journey: (id) => builder.journey(id),
    frame: (number) => builder.frame(number)?.bytes ?? new Uint8Array(),
  };
}

/** The first request to a service, where there is one; of a load, one of its requests. */
function firstOf({ traffic, services }: Plan): PlannedTraffic[] {
  const isToService = ({ to }: PlannedTraffic) => services.some(({ vip }) => vip === to);
  const chosen = traffic.find(isToService) ?? traffic[0];
  if (!chosen) return [];
  const once: PlannedTraffic & { load?: unknown } = { ...chosen, afterNs: 0, count: 1 };
  delete once.load;
  return [once];
}

function rows(direction: Row['direction'], observed: readonly (Observed | undefined)[]): Row[] {
  const steps = observed.map((one): readonly Step[] => {
    if (!one) return [];
    return direction === 'request' ? one.there : one.back;
  });
  return alignSteps(steps).map((row) => ({
    direction,
    role: row.find((step) => step !== undefined)!.role,
    cells: row.map((step) => step?.cell ?? null),
  }));
}

/** By the text of an address: a VIP is called so where there is one, all others and MACs are their nodes'. */
function namesIn({ nodes, services }: Plan): Record<string, string> {
  const ports = nodes.flatMap(({ name, interfaces }) => interfaces.map((port) => ({ name, port })));
  const vips = new Set(services.map(({ vip }) => formatIpv4(vip)));
  return Object.fromEntries([
    ...ports.flatMap(({ name, port: { mac, address } }) => [
      [formatMac(mac), name],
      [formatIpv4(address), name],
    ]),
    ...(vips.size === 1 ? [...vips].map((vip) => [vip, 'VIP']) : []),
  ]) as Record<string, string>;
}
