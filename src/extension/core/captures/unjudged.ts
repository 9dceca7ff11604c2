import type { Journey, Report } from '../../../journey/report.ts';
import type { Journeys } from '../../../mystery/seal-report.ts';

/**
 * Of a network that was inferred: what its frames show. Nobody vouches for what a draft promises, explains or foretells.
 */
export function unjudgedReport(report: Report): Report {
  return {
    ...report,
    promises: [],
    explanations: [],
    journeys: report.journeys.map(unjudged),
  };
}

/** The same, as it grows. */
export function unjudgedJourneys(builder: Journeys): Journeys {
  return {
    add: (events) => builder.add(events),
    keepUp: () => builder.keepUp(),
    update: () => {
      const update = builder.update();
      return { ...update, promises: [], explanations: [], journeys: update.journeys.map(unjudged) };
    },
    report: () => unjudgedReport(builder.report()),
    flow: (id) => builder.flow(id),
    journey: (id) => {
      const journey = builder.journey(id);
      return journey && unjudged(journey);
    },
    frame: (number) => builder.frame(number),
    get flowCount() {
      return builder.flowCount;
    },
  };
}

function unjudged(journey: Journey): Journey {
  return { ...journey, hops: journey.hops.map((hop) => ({ ...hop, expected: [] })) };
}
