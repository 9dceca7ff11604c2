/** Why the engine cannot do what was asked. Text: `docker.problem.CODE`, which says what is wrong and what to do. */
export interface DockerProblem {
  readonly code: DockerProblemCode;
  readonly params: ProblemParams;
}

/** A list stands for lines that a program wrote. */
export type ProblemParams = Readonly<Record<string, string | readonly string[]>>;

export const dockerProblemCodes = [
  'bad-host',
  'context-missing',
  'context-unreadable',
  'context-no-docker',
  'tls-files',
  'no-engine',
  'not-answering',
  'no-permission',
  'unreachable',
  'tls-refused',
  'plain-http',
  'ssh-missing',
  'ssh-failed',
  'too-old',
  'connection-lost',
  'standstill',
  'disk-full',
  'name-taken',
  'subnet-taken',
  'image-missing',
  'base-image-missing',
  'build-failed',
  'build-cancelled',
  'engine-error',
] as const;

export type DockerProblemCode = (typeof dockerProblemCodes)[number];

/** A `DockerProblem` on its way up; the message is for logs, people read the problem's text. */
export class DockerError extends Error {
  readonly problem: DockerProblem;

  constructor(code: DockerProblemCode, params: ProblemParams = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'DockerError';
    this.problem = { code, params };
  }

  /** What the engine or the way to it said, in its own words. */
  get said(): string {
    const { message } = this.problem.params;
    return typeof message === 'string' ? message : '';
  }
}
