/** What is read here of an entry of a lockfile's `packages`. */
export interface LockEntry {
  name?: string;
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  inBundle?: boolean;
  hasInstallScript?: boolean;
}

/** Relative to the project's folder. */
export const lockfiles: readonly string[];
export function fetched(packages: Readonly<Record<string, LockEntry>>): [path: string, entry: LockEntry][];
export function idOf(path: string, entry: LockEntry): string;
/** Returns how many it filled in. Throws where `integrityOf` does not tell one. */
export function complete(
  packages: Record<string, LockEntry>,
  integrityOf: (ids: readonly string[]) => Readonly<Record<string, string>>,
): number;
