import type { Request } from '../report.ts';
import type { RequestRecord } from './request-record.ts';

/** Where client and frames contradict each other. */
export function findingOf(_record: RequestRecord): Request['finding'] {
  return undefined;
}
