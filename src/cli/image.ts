import type { BuildProgress } from '../lab/docker/docker-client.ts';
import { nodeImage, type NodeImageOptions } from '../lab/docker/image/node-image.ts';
import { CliError, parseOptions, readText, type Cli } from './cli.ts';
import { packageRoot } from './package-root.ts';
import { withDocker } from './with-docker.ts';

const options = {
  'base-image': { type: 'string' },
  'debian-mirror': { type: 'string' },
  'debian-security-mirror': { type: 'string' },
  'npm-registry': { type: 'string' },
  proxy: { type: 'string' },
  'no-proxy': { type: 'string' },
  ca: { type: 'string' },
  network: { type: 'string' },
  force: { type: 'boolean' },
  verbose: { type: 'boolean' },
} as const;

type Values = Partial<Record<Exclude<keyof typeof options, 'force' | 'verbose'>, string>>;

/**
 * `lb-lab image build [options]`: exit 0 when the image is there, 2 when not. Ctrl-C cancels the build.
 * `lb-lab image tag` prints the image's name; no engine is asked.
 */
export function image(cli: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(cli, args, options, 1);
  const wanted = nodeImage(packageRoot());
  if (positionals[0] === 'tag') {
    cli.out(wanted.tag);
    return Promise.resolve(0);
  }
  if (positionals[0] !== 'build') throw new CliError('docker.image.usage');
  const build = settings(values);
  return withDocker(async (client) => {
    if (!values.force && (await wanted.present(client))) {
      cli.out(cli.translate('docker.image.present', { tag: wanted.tag }));
      return 0;
    }
    const began = performance.now();
    const { kind: engine, version } = client.engine;
    cli.err(cli.translate('docker.image.building', { tag: wanted.tag, engine, version }));
    await untilInterrupt((signal) =>
      wanted.build(client, {
        ...build,
        signal,
        onProgress: (progress) => show(cli, progress, values.verbose ?? false),
      }),
    );
    const size = Math.round(((await client.inspectImage(wanted.tag))?.size ?? 0) / 1e6);
    const seconds = Math.round((performance.now() - began) / 1000);
    cli.out(cli.translate('docker.image.built', { tag: wanted.tag, size, seconds }));
    return 0;
  });
}

async function untilInterrupt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const cancel = new AbortController();
  const onInterrupt = () => cancel.abort();
  process.once('SIGINT', onInterrupt);
  try {
    await work(cancel.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function settings(values: Values): NodeImageOptions {
  const present = <T extends object>(fields: T) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
      [K in keyof T]: Exclude<T[K], undefined>;
    };
  return present({
    baseImage: values['base-image'],
    mirrors: present({
      debian: values['debian-mirror'],
      debianSecurity: values['debian-security-mirror'],
      npm: values['npm-registry'],
    }),
    proxy: present({ http: values.proxy, https: values.proxy, except: values['no-proxy'] }),
    extraCa: values.ca === undefined ? undefined : readText(values.ca),
    networkMode: values.network,
  });
}

function show(cli: Cli, progress: BuildProgress, verbose: boolean): void {
  if (progress.kind === 'output') {
    if (verbose) cli.err(progress.text);
    return;
  }
  const text = progress.text.replace(/\s+/g, ' ');
  cli.err(`[${progress.step}/${progress.steps}] ${text.length > 90 ? `${text.slice(0, 89)}…` : text}`);
}
