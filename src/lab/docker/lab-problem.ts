/** Why a lab cannot run, or not go on, although the engine works. Text: `docker.lab.CODE`, with what to do about it. */
export interface LabProblem {
  readonly code: LabProblemCode;
  readonly params: Readonly<Record<string, string>>;
}

export type LabProblemCode =
  | 'address-overlap'
  | 'no-subnet-left'
  | 'address-answered'
  | 'frames-blocked'
  | 'replies-blocked'
  | 'network-stuck'
  | 'node-failed'
  | 'agent-missing'
  | 'image-not-built'
  | 'change-failed'
  | 'stopped'
  | 'lab-held'
  | 'lab-unfinished'
  | 'record-unreadable'
  | 'lab-gone'
  | 'engine-gone'
  | 'other-version'
  | 'no-checks';

export class LabError extends Error {
  readonly problem: LabProblem;

  constructor(code: LabProblemCode, params: Readonly<Record<string, string>> = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'LabError';
    this.problem = { code, params };
  }
}

/** A node that fails while the lab starts ends the lab; what fails in a change leaves it running, and is told so. */
export async function ofChange<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LabError) || error.problem.code !== 'node-failed') throw error;
    throw new LabError('change-failed', error.problem.params, { cause: error });
  }
}
