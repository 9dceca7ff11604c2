import type { Ipv4 } from '../../../packet/address.ts';
import type { Link } from './link.ts';
import { route } from './routes.ts';
import { isLocal, type KernelSettings } from './settings.ts';

/**
 * Why a packet from `source` may not come in by `link` (Linux `fib_validate_source`). A packet from an address of
 * ours never may. Strict (RFC 3704): only by the interface that leads back to it; `tunl0` leads nowhere, so strict
 * drops whatever was unwrapped. Loose: when any route leads back.
 */
export function sourceFault(
  settings: KernelSettings,
  link: Link,
  source: Ipv4,
): 'martian-source' | 'reverse-path-filter' | undefined {
  if (isLocal(settings, source)) return 'martian-source';
  const mode = settings.sysctls.rp_filter;
  if (mode === 0) return undefined;
  const back = route(settings, source);
  return back && (mode === 2 || back.link === link) ? undefined : 'reverse-path-filter';
}
