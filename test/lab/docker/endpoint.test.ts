import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { makeTranslate } from '../../support/translate.ts';
import { dockerProblemCodes } from '../../../src/lab/docker/docker-problem.ts';
import { resolveEndpoint, type Surroundings } from '../../../src/lab/docker/endpoint.ts';

interface Machine {
  readonly environment?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly windows?: boolean;
}

function surroundings({ environment = {}, files = {}, windows = false }: Machine): Surroundings {
  return {
    environment,
    windows,
    home: '/home/ada',
    readText: (path) => {
      const text = files[path.replaceAll('\\', '/')];
      if (text === undefined) throw new Error(`ENOENT ${path}`);
      return text;
    },
  };
}

const config = '/home/ada/.docker';
const id = (name: string) => createHash('sha256').update(name).digest('hex');

/** The files that `docker context create NAME` and `docker context use NAME` leave. */
function context(
  name: string,
  host: string,
  { folder = config, current = true, tls = {}, skip = false }: ContextOptions = {},
) {
  return {
    ...(current ? { [`${folder}/config.json`]: JSON.stringify({ currentContext: name }) } : {}),
    [`${folder}/contexts/meta/${id(name)}/meta.json`]: JSON.stringify({
      Name: name,
      Endpoints: { docker: { Host: host, SkipTLSVerify: skip } },
    }),
    ...Object.fromEntries(
      Object.entries(tls).map(([file, text]) => [`${folder}/contexts/tls/${id(name)}/docker/${file}`, text]),
    ),
  };
}

interface ContextOptions {
  folder?: string;
  current?: boolean;
  tls?: Record<string, string>;
  skip?: boolean;
}

const certificates = { 'ca.pem': 'CA', 'cert.pem': 'CERT', 'key.pem': 'KEY' };
const inFolder = (folder: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
const standard = { kind: 'socket', path: '/var/run/docker.sock' };
const tcp = (host: string, port: number, more: object = {}) => ({
  kind: 'tcp',
  host,
  port,
  prefix: '',
  ...more,
});
const withHost = (host: string): Machine => ({ environment: { DOCKER_HOST: host } });

const found: readonly (readonly [string, Machine, object])[] = [
  ['nothing set', {}, standard],
  ['nothing set on Windows', { windows: true }, { kind: 'socket', path: '\\\\.\\pipe\\docker_engine' }],
  ['empty variables count as unset', { environment: { DOCKER_HOST: '', DOCKER_CONTEXT: '' } }, standard],

  [
    'a socket',
    withHost('unix:///run/user/1000/docker.sock'),
    { kind: 'socket', path: '/run/user/1000/docker.sock' },
  ],
  ['a socket without a path', withHost('unix://'), standard],
  ['a pipe', withHost('npipe:////./pipe/other'), { kind: 'socket', path: '\\\\.\\pipe\\other' }],
  ['tcp', withHost('tcp://build.example:1234'), tcp('build.example', 1234)],
  ['tcp without a port', withHost('tcp://build.example'), tcp('build.example', 2375)],
  ['tcp without a scheme', withHost('10.0.0.5:2375'), tcp('10.0.0.5', 2375)],
  ['tcp to an IPv6 address', withHost('tcp://[::1]:2375'), tcp('::1', 2375)],
  [
    'tcp with a path',
    withHost('tcp://build.example:80/engine/'),
    tcp('build.example', 80, { prefix: '/engine' }),
  ],
  ['https', withHost('https://build.example:443'), tcp('build.example', 443, { tls: { verify: true } })],
  ['ssh', withHost('ssh://build.example'), { kind: 'ssh', host: 'build.example' }],
  [
    'ssh with everything',
    withHost('ssh://ada@build.example:2222/run/user/1000/docker.sock'),
    { kind: 'ssh', host: 'build.example', user: 'ada', port: 2222, socket: '/run/user/1000/docker.sock' },
  ],

  [
    'TLS with certificates in their folder',
    {
      environment: { DOCKER_HOST: 'tcp://build.example', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' },
      files: inFolder('/certs', certificates),
    },
    tcp('build.example', 2376, { tls: { verify: true, ca: 'CA', cert: 'CERT', key: 'KEY' } }),
  ],
  [
    'TLS with certificates in the configuration',
    {
      environment: { DOCKER_HOST: 'tcp://build.example:2376', DOCKER_TLS_VERIFY: '0' },
      files: inFolder(config, certificates),
    },
    tcp('build.example', 2376, { tls: { verify: true, ca: 'CA', cert: 'CERT', key: 'KEY' } }),
  ],
  [
    'TLS that verifies nothing',
    { environment: { DOCKER_HOST: 'tcp://build.example', DOCKER_TLS: '1' } },
    tcp('build.example', 2376, { tls: { verify: false } }),
  ],
  [
    'certificates alone make no TLS',
    {
      environment: { DOCKER_HOST: 'tcp://build.example:2376', DOCKER_CERT_PATH: '/certs' },
      files: inFolder('/certs', certificates),
    },
    tcp('build.example', 2376),
  ],

  [
    'the current context',
    { files: context('rootless', 'unix:///run/user/1000/docker.sock') },
    { kind: 'socket', path: '/run/user/1000/docker.sock' },
  ],
  [
    'the current context is the default one',
    { files: { [`${config}/config.json`]: '{"currentContext":"default"}' } },
    standard,
  ],
  ['a configuration without a context', { files: { [`${config}/config.json`]: '{"auths":{}}' } }, standard],
  ['a configuration that is not JSON', { files: { [`${config}/config.json`]: '{' } }, standard],
  ['a configuration that is no object', { files: { [`${config}/config.json`]: '"x"' } }, standard],
  [
    'DOCKER_CONFIG moves the contexts',
    {
      environment: { DOCKER_CONFIG: '/elsewhere' },
      files: context('remote', 'ssh://ada@build.example', { folder: '/elsewhere' }),
    },
    { kind: 'ssh', host: 'build.example', user: 'ada' },
  ],
  [
    'DOCKER_CONTEXT goes before the current context',
    {
      environment: { DOCKER_CONTEXT: 'b' },
      files: { ...context('b', 'unix:///b.sock', { current: false }), ...context('a', 'unix:///a.sock') },
    },
    { kind: 'socket', path: '/b.sock' },
  ],
  [
    'DOCKER_CONTEXT=default goes before the current context',
    { environment: { DOCKER_CONTEXT: 'default' }, files: context('a', 'unix:///a.sock') },
    standard,
  ],
  [
    'DOCKER_HOST goes before every context',
    {
      environment: { DOCKER_HOST: 'unix:///h.sock', DOCKER_CONTEXT: 'a' },
      files: context('a', 'unix:///a.sock'),
    },
    { kind: 'socket', path: '/h.sock' },
  ],
  [
    'a context keeps its own certificates; the environment’s do not count',
    {
      environment: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' },
      files: context('tls', 'tcp://build.example:2376', { tls: certificates }),
    },
    tcp('build.example', 2376, { tls: { verify: true, ca: 'CA', cert: 'CERT', key: 'KEY' } }),
  ],
  [
    'a context that verifies nothing',
    { files: context('tls', 'tcp://build.example:2376', { skip: true }) },
    tcp('build.example', 2376, { tls: { verify: false } }),
  ],
  [
    'a name with every kind of character',
    { files: context('../a b/Ω', 'unix:///o.sock') },
    { kind: 'socket', path: '/o.sock' },
  ],
];

const refused: readonly (readonly [string, Machine, object])[] = [
  ['an unknown scheme', withHost('fd://3'), { code: 'bad-host', params: { host: 'fd://3' } }],
  ['no host', withHost('tcp://'), { code: 'bad-host', params: { host: 'tcp://' } }],
  ['a port that is none', withHost('tcp://a:99999'), { code: 'bad-host', params: { host: 'tcp://a:99999' } }],
  ['a password', withHost('ssh://ada:x@b'), { code: 'bad-host', params: { host: 'ssh://ada:***@b' } }],
  ['spaces', withHost('tcp://a b'), { code: 'bad-host', params: { host: 'tcp://a b' } }],
  [
    'a context that is not there',
    { environment: { DOCKER_CONTEXT: 'gone' } },
    { code: 'context-missing', params: { context: 'gone' } },
  ],
  [
    'a current context that is not there',
    { files: { [`${config}/config.json`]: '{"currentContext":"gone"}' } },
    { code: 'context-missing', params: { context: 'gone' } },
  ],
  [
    'a context that is not JSON',
    {
      environment: { DOCKER_CONTEXT: 'x' },
      files: { [`${config}/contexts/meta/${id('x')}/meta.json`]: 'nonsense' },
    },
    {
      code: 'context-unreadable',
      params: { context: 'x', file: `${config}/contexts/meta/${id('x')}/meta.json` },
    },
  ],
  [
    'a context for something else',
    {
      environment: { DOCKER_CONTEXT: 'k' },
      files: { [`${config}/contexts/meta/${id('k')}/meta.json`]: '{"Endpoints":{"kubernetes":{}}}' },
    },
    { code: 'context-no-docker', params: { context: 'k' } },
  ],
  [
    'TLS without an authority',
    { environment: { DOCKER_HOST: 'tcp://a', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' } },
    { code: 'tls-files', params: { file: '/certs/ca.pem' } },
  ],
  [
    'a certificate without its key',
    {
      environment: { DOCKER_HOST: 'tcp://a', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' },
      files: { '/certs/ca.pem': 'CA', '/certs/cert.pem': 'CERT' },
    },
    { code: 'tls-files', params: { file: '/certs/key.pem' } },
  ],
];

describe('docker endpoint', () => {
  for (const [name, machine, transport] of found) {
    it(`${name}`, () => {
      const result = resolveEndpoint(surroundings(machine));
      assert.ok('endpoint' in result, JSON.stringify(result));
      assert.deepEqual(result.endpoint.transport, transport);
    });
  }

  for (const [name, machine, problem] of refused) {
    it(`refuses ${name}`, () => assert.deepEqual(resolveEndpoint(surroundings(machine)), { problem }));
  }

  it('says what decided', () => {
    const source = (machine: Machine) => {
      const result = resolveEndpoint(surroundings(machine));
      return 'endpoint' in result ? result.endpoint.source : undefined;
    };
    const files = context('a', 'unix:///a.sock');
    assert.deepEqual(source({}), { kind: 'default' });
    assert.deepEqual(source({ files }), { kind: 'context', context: 'a', from: 'config' });
    const environment = { DOCKER_CONTEXT: 'a' };
    assert.deepEqual(source({ environment, files }), {
      kind: 'context',
      context: 'a',
      from: 'DOCKER_CONTEXT',
    });
    assert.deepEqual(source(withHost('unix:///h.sock')), { kind: 'DOCKER_HOST' });
  });

  it('every problem has a text in both languages', () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      const translate = makeTranslate(locale);
      const keys = dockerProblemCodes.map((code) => `docker.problem.${code}`);
      assert.deepEqual(
        keys.filter((key) => translate(key) === key),
        [],
      );
    }
  });
});
