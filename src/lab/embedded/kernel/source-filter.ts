import type { Link } from './link.ts';
import { route } from './routes.ts';
import { isLocal, type KernelSettings } from './settings.ts';

/**
 * Whether a packet from `source` may come in by `link` (Linux `fib_validate_source`). A packet from an address of
 * ours never may. Strict (RFC 3704): only by the interface that leads back to it; `tunl0` leads nowhere, so strict
 * drops whatever was unwrapped. Loose: when any route leads back.
 */
export function sourceIsValid(settings: KernelSettings, link: Link, source: number): boolean {
  if (isLocal(settings, source)) return false;
  const mode = settings.sysctls.rp_filter;
  if (mode === 0) return true;
  const back = route(settings, source);
  if (!back) return false;
  return mode === 2 || back.link === link;
}
