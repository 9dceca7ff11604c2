import { models, serviceModels, type VariantName, variantOf, variants } from '../models/models.ts';
import { checkedPlan } from '../lab/topology/check.ts';
import { makePlan } from '../lab/topology/make-plan.ts';
import { buildNetwork } from '../lab/topology/network.ts';
import type { TopologyDocument } from '../lab/topology/parse.ts';
import type { Path } from '../lab/topology/places.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { hasError, type Problem } from '../lab/topology/problem.ts';
import { sameData } from '../lab/topology/same-data.ts';
import { topologySchema } from '../lab/topology/schema.ts';
import { withSetting } from '../lab/topology/written-setting.ts';
import { cureOf, type Edit } from './cures.ts';
import { topologyChanges, type TopologyChange } from './topology-changes.ts';

/** The lab of a file under a model. */
export interface Derived {
  readonly variant: VariantName;
  /** The file itself, as its author wrote it. */
  readonly isAsWritten: boolean;
  /** Absent when there is no such lab: an error among the problems says why. */
  readonly plan?: Plan;
  /** What differs in the network from the file's. */
  readonly changes: readonly TopologyChange[];
  /** What `check` says of it and does not say of the file as it is; of that itself, all. */
  readonly problems: readonly Problem[];
}

/** Every round mends at least one thing; a file that is not done by then goes round in circles. */
const MOST_ROUNDS = 12;
/** Settings that have become useless are left where they stand: they change nothing. */
const HARMLESS: readonly string[] = ['no-effect', 'unused-segment'];

/**
 * The file with another model, and what that model needs of the network. What the file says happens by itself, and what it
 * means to show, are of its own model and left out. A fault that the file has already is not mended: it is what its author
 * wants to look at.
 */
export function derive(document: TopologyDocument, variant: VariantName): Derived {
  const own = read(document, alone(document.written))!;
  const base = makePlan(document);
  if (isVariant(base, variant))
    return { variant, isAsWritten: true, changes: [], problems: own.problems, ...planIn(own) };
  const known = new Set(own.problems.map(keyOf));
  const fresh = (problems: readonly Problem[]) => problems.filter((problem) => !known.has(keyOf(problem)));
  let written = asVariant(own.document, variant);
  let found = read(document, written)!;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const network = buildNetwork(found.document);
    const cured = fresh(found.problems)
      .flatMap((problem) => cureOf(problem, network))
      .reduce(applied, written);
    const next = sameData(cured, written) ? undefined : read(document, cured);
    if (!next) break;
    [written, found] = [cured, next];
  }
  const problems = fresh(found.problems).filter(({ code }) => !HARMLESS.includes(code));
  const plan = planIn(found);
  const changes = plan.plan ? topologyChanges(base, plan.plan) : [];
  return { variant, isAsWritten: false, changes, problems, ...plan };
}

/** Whether the lab of a plan is one of this kind, in all its services. */
export function isVariant(plan: Plan, variant: VariantName): boolean {
  return plan.services.every(({ model }) => model === plan.model) && variantOf(plan) === variant;
}

interface Read {
  readonly document: TopologyDocument;
  readonly problems: readonly Problem[];
  readonly plan?: Plan;
}

/** Undefined for what no file may say, such as an MTU that is too large. */
function read(before: TopologyDocument, written: unknown): Read | undefined {
  const { data: topology } = topologySchema.safeParse(written);
  if (!topology) return undefined;
  const document = { ...before, written, topology };
  return { document, ...checkedPlan(document) };
}

function planIn({ plan, problems }: Read): { readonly plan?: Plan } {
  return plan && !hasError(problems) ? { plan } : {};
}

function alone(written: unknown): unknown {
  return [['events'], ['expect']].reduce((all, path) => applied(all, { path }), written);
}

/** As somebody would write it who only changes the model. */
function asVariant({ written, topology }: TopologyDocument, variant: VariantName): unknown {
  const { model, settings } = variants[variant];
  const options = new Set(serviceModels.flatMap((name) => models[name].options));
  const services: Path[] = [
    ...(topology.service ? [['service']] : []),
    ...Object.keys(topology.services ?? {}).map((name) => ['services', name]),
  ];
  const edits: Edit[] = [
    { path: ['model'], to: model },
    ...services.flatMap((path) => [
      { path: [...path, 'model'] },
      ...[...options].map((key) => ({ path: [...path, key] })),
      ...Object.entries(settings).map(([key, to]) => ({ path: [...path, key], to })),
    ]),
  ];
  return edits.reduce(applied, written);
}

/** What is not there need not be taken out. */
function applied(written: unknown, { path, to }: Edit): unknown {
  return withSetting(written, path, to) ?? written;
}

function keyOf({ code, params }: Problem): string {
  return `${code} ${JSON.stringify(params)}`;
}
