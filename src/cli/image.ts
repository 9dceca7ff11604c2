import { nodeImage, type NodeImageOptions } from '../lab/docker/image/node-image.ts';
import { buildImage } from './build-image.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { readText } from './files.ts';
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
 * `lb-lab image build [options]`: exit 0 when the image is there, 2 when not, 130 when Ctrl-C cancelled the build.
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
    cli.out(await buildImage(cli, client, wanted, build, { verbose: values.verbose ?? false }));
    return 0;
  });
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
