import { DockerError, type DockerProblemCode } from './docker-problem.ts';

/** What the engine or the way to it said, as a problem with a remedy. */
export function toDockerError(error: unknown, endpoint: string): DockerError {
  if (error instanceof DockerError) return error;
  const { statusCode, code = '' } = error as { statusCode?: number; code?: string };
  const message = messageOf(error);
  const make = (problem: DockerProblemCode) =>
    new DockerError(problem, { endpoint, message }, { cause: error });
  if (statusCode !== undefined) return make(ofStatus(statusCode, message));
  if (code === 'ENOENT') return make('no-engine');
  if (code === 'ECONNREFUSED') return make('not-answering');
  if (code === 'EACCES' || code === 'EPERM') return make('no-permission');
  if (/^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNABORTED)$/.test(code))
    return make('unreachable');
  if (/CERT|^ERR_(SSL|TLS)|^EPROTO$/.test(code)) return make('tls-refused');
  if (/^HPE_/.test(code)) return make('not-answering');
  if (
    /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/.test(code) ||
    /socket hang up|aborted/.test(message)
  ) {
    return make('connection-lost');
  }
  return make('engine-error');
}

/** True for the engine's answer with this status. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  const { statusCode } = error as { statusCode?: number };
  return statusCode !== undefined && statuses.includes(statusCode);
}

/** An error that the engine reports inside a stream it began with status 200. */
export function streamError(message: string, endpoint: string): DockerError {
  return new DockerError(ofStatus(500, message), { endpoint, message });
}

function ofStatus(status: number, message: string): DockerProblemCode {
  if (/no space left on device/i.test(message)) return 'disk-full';
  if (/HTTP request to an HTTPS server/i.test(message)) return 'plain-http';
  if (status === 404 && /no such image|image not known/i.test(message)) return 'image-missing';
  if (/pool overlaps|overlaps with (other|another)|subnet .*already used/i.test(message))
    return 'subnet-taken';
  if (status === 409 && /already (in use|exists)|name .*in use/i.test(message)) return 'name-taken';
  return 'engine-error';
}

/** The engine's own words, without what the HTTP library puts around them. */
function messageOf(error: unknown): string {
  const { json } = error as { json?: unknown };
  if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string') {
    return json.message;
  }
  if (Buffer.isBuffer(json) && json.length > 0) return json.toString('utf8').trim();
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
