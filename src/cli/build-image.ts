import type { BuildProgress, DockerClient } from '../lab/docker/docker-client.ts';
import type { NodeImage, NodeImageOptions } from '../lab/docker/image/node-image.ts';
import type { Cli } from './cli.ts';

export interface BuildNoise {
  /** Nothing is written. */
  readonly quiet?: boolean;
  /** Everything the steps write, too. */
  readonly verbose?: boolean;
}

/** Builds the node image, step by step on standard error, until it is there or Ctrl-C; returns what came of it as text. */
export async function buildImage(
  cli: Cli,
  client: DockerClient,
  image: NodeImage,
  options: NodeImageOptions,
  { quiet = false, verbose = false }: BuildNoise,
): Promise<string> {
  const began = performance.now();
  const { kind: engine, version } = client.engine;
  if (!quiet) cli.err(cli.translate('docker.image.building', { tag: image.tag, engine, version }));
  await untilInterrupt((signal) =>
    image.build(client, {
      ...options,
      signal,
      onProgress: (progress) => {
        if (!quiet) show(cli, progress, verbose);
      },
    }),
  );
  const size = Math.round(((await client.inspectImage(image.tag))?.size ?? 0) / 1e6);
  const seconds = Math.round((performance.now() - began) / 1000);
  return cli.translate('docker.image.built', { tag: image.tag, size, seconds });
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

function show(cli: Cli, progress: BuildProgress, verbose: boolean): void {
  if (progress.kind === 'output') {
    if (verbose) cli.err(progress.text);
    return;
  }
  const text = progress.text.replace(/\s+/g, ' ');
  cli.err(`[${progress.step}/${progress.steps}] ${text.length > 90 ? `${text.slice(0, 89)}…` : text}`);
}
