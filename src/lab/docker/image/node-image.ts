import { join } from 'node:path';
import type { BuildProgress, DockerClient } from '../docker-client.ts';
import { contextDigest, packContext, readContext } from './image-context.ts';

/** The image every node of a Docker lab runs. */
export interface NodeImage {
  /** By the content of `media/node-image`: another content is another image, so there is nothing to go stale. */
  readonly tag: string;
  present(client: DockerClient): Promise<boolean>;
  /** Builds it whether present or not; the engine's cache makes a repetition short. Rejects with a `DockerError`. */
  build(client: DockerClient, options?: NodeImageOptions): Promise<void>;
}

export interface NodeImageOptions {
  /** A Debian 12 image; `debian:bookworm-slim` unless told. */
  readonly baseImage?: string;
  readonly mirrors?: NodeImageMirrors;
  readonly proxy?: NodeImageProxy;
  /** Certificates in PEM that the build trusts in addition; they are not in the finished image. */
  readonly extraCa?: string;
  /** The network the build's steps use: `host` where the default bridge reaches nothing. */
  readonly networkMode?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface NodeImageMirrors {
  readonly debian?: string;
  readonly debianSecurity?: string;
  readonly npm?: string;
}

export interface NodeImageProxy {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are reached without it, with commas between. */
  readonly except?: string;
}

/** `root` is the folder that holds `media` (the extension's or the package's own). Reads the image's few files. */
export function nodeImage(root: string): NodeImage {
  const files = readContext(join(root, 'media', 'node-image'));
  const tag = `lb-lab/node:${contextDigest(files)}`;
  return {
    tag,
    present: async (client) => (await client.inspectImage(tag)) !== undefined,
    build: async (client, options = {}) => {
      const certificate = { path: 'extra-ca.crt', content: Buffer.from(options.extraCa ?? '') };
      const context = await packContext(options.extraCa ? [...files, certificate] : files);
      const { networkMode, signal, onProgress } = options;
      await client.buildImage(context, {
        tag,
        labels: { 'lb-lab.image': 'node' },
        buildArguments: buildArguments(options),
        ...(networkMode === undefined ? {} : { networkMode }),
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
      });
    },
  };
}

/** Only what is set: an argument that is absent leaves the Dockerfile's own value. */
export function buildArguments({
  baseImage,
  mirrors = {},
  proxy = {},
}: NodeImageOptions): Record<string, string> {
  const values: Record<string, string | undefined> = {
    BASE_IMAGE: baseImage,
    DEBIAN_MIRROR: mirrors.debian,
    DEBIAN_SECURITY_MIRROR: mirrors.debianSecurity,
    NPM_REGISTRY: mirrors.npm,
    // Builders know both spellings; programs read one or the other.
    HTTP_PROXY: proxy.http,
    http_proxy: proxy.http,
    HTTPS_PROXY: proxy.https,
    https_proxy: proxy.https,
    NO_PROXY: proxy.except,
    no_proxy: proxy.except,
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}
