import { readFile } from 'node:fs/promises';
import type { NodeImageOptions } from '../../../lab/docker/image/node-image.ts';
import { setting } from '../settings.ts';

/** How the settings want the node image built. Rejects when the certificate file cannot be read. */
export async function imageOptions(): Promise<NodeImageOptions> {
  const baseImage = setting('lbLab.docker.baseImage');
  const networkMode = setting('lbLab.docker.buildNetwork');
  const proxy = setting('lbLab.docker.proxy');
  const except = setting('lbLab.docker.noProxy');
  const caFile = setting('lbLab.docker.caFile');
  const { debian, debianSecurity, npm } = setting('lbLab.docker.mirrors');
  return {
    ...(baseImage && { baseImage }),
    ...(networkMode && { networkMode }),
    ...(proxy && { proxy: { http: proxy, https: proxy, ...(except && { except }) } }),
    ...(caFile && { extraCa: await readFile(caFile, 'utf8') }),
    mirrors: { ...(debian && { debian }), ...(debianSecurity && { debianSecurity }), ...(npm && { npm }) },
  };
}
