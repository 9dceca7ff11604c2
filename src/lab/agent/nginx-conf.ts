import { asciiBytes } from '../traffic/ascii.ts';
import { RESPONSE_BYTES_HEADER, responseBody } from '../traffic/messages.ts';

/** Everything nginx writes stands here: the rest of the container belongs to root, or is not writable. */
export const NGINX_FOLDER = '/tmp/lb-lab-nginx';

/** Who asked, a line per request. */
export const ACCESS_LOG = `${NGINX_FOLDER}/access.log`;

/** Any body that a client may ask for: its name under `www`. */
const DEFAULT_BODY = 'body-0';

export interface NginxFile {
  /** Relative to `NGINX_FOLDER`. */
  readonly path: string;
  /** One after the other: a body may be longer than any text can be. */
  readonly content: readonly Uint8Array[];
}

/**
 * nginx as the plan's HTTP server: on every local address, it names itself, says whom it saw asking, and answers with
 * as many bytes as were asked for. A body is a file, because the sizes are known from the plan. `name` and the ports
 * were checked when the topology was read.
 */
export function nginxFiles(
  name: string,
  ports: readonly number[],
  bodySizes: readonly number[],
): NginxFile[] {
  const sizes = [...new Set(bodySizes)].filter((size) => size > 0);
  const variable = `$http_${RESPONSE_BYTES_HEADER.toLowerCase().replaceAll('-', '_')}`;
  const config = [
    'user root root;',
    'worker_processes 1;',
    'daemon off;',
    'pid nginx.pid;',
    'error_log stderr warn;',
    'events { worker_connections 4096; }',
    'http {',
    "  log_format seen '$remote_addr:$remote_port $server_addr';",
    // Written in pieces: a line at a time would cost a load run dearly.
    `  access_log ${ACCESS_LOG} seen buffer=32k flush=100ms;`,
    '  default_type text/plain;',
    '  server_tokens off;',
    '  etag off;',
    '  keepalive_timeout 75s;',
    // A load stays on its connections.
    '  keepalive_requests 1000000;',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${kind};`),
    // Head and body leave in one segment, as from the embedded server.
    '  sendfile off;',
    '  client_max_body_size 0;',
    `  map ${variable} $lab_body {`,
    `    default /${DEFAULT_BODY};`,
    ...sizes.map((size) => `    "${size}" /body-${size};`),
    '  }',
    '  server {',
    ...ports.map((port) => `    listen ${port} backlog=4096;`),
    `    root ${NGINX_FOLDER}/www;`,
    // The file handler refuses a POST; the answer is the same file all the same.
    '    error_page 405 =200 $lab_body;',
    '    location / { rewrite ^ $lab_body last; }',
    '    location /body- {',
    '      internal;',
    `      add_header X-Server ${name} always;`,
    '      add_header X-Seen-Client $remote_addr:$remote_port always;',
    '    }',
    '  }',
    '}',
  ];
  return [
    { path: 'nginx.conf', content: [asciiBytes(`${config.join('\n')}\n`)] },
    { path: `www/${DEFAULT_BODY}`, content: responseBody(name, 0) },
    ...sizes.map((size) => ({ path: `www/body-${size}`, content: responseBody(name, size) })),
  ];
}
