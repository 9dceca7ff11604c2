import type { Report } from '../../src/journey/report.ts';

/** With flows and journeys numbered in their order: an id once given is kept, so others may be left out. */
export function renumbered(report: Report): unknown {
  const flowIds = new Map(report.flows.map(({ id }, index) => [id, index + 1]));
  const journeyIds = new Map(report.journeys.map(({ id }, index) => [id, index + 1]));
  // In the order of the recording, which that of their ids need not be.
  const inOrder = (ids: readonly number[]) => ids.map((id) => flowIds.get(id)!).sort((a, b) => a - b);
  const plain = JSON.parse(JSON.stringify(report)) as Report;
  return {
    ...plain,
    requests: plain.requests.map((request) => ({
      ...request,
      flows: inOrder(request.flows),
    })),
    flows: plain.flows.map((flow) => ({
      ...flow,
      id: flowIds.get(flow.id),
      journeys: flow.journeys.map((id) => journeyIds.get(id)),
    })),
    journeys: plain.journeys.map((journey) => ({
      ...journey,
      id: journeyIds.get(journey.id),
      flow: flowIds.get(journey.flow),
    })),
    explanations: plain.explanations.map((one) => ({
      ...one,
      flows: inOrder(one.flows),
    })),
  };
}
