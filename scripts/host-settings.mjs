// What this machine uses to reach packages, for builds that have to reach them as well: apt's mirrors, npm's registry,
// proxies, and the certificates it trusts in addition. Read at run time; nothing of it is kept.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The Debian release of the node image. */
export const release = 'bookworm';

/** @returns {{ debian?: string, debianSecurity?: string, npm?: string, ca?: string, proxy?: string }} */
export function hostSettings() {
  const { registry, cafile } = npmConfiguration();
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy, NODE_EXTRA_CA_CERTS } = process.env;
  const ca = [cafile, NODE_EXTRA_CA_CERTS].find((file) => file && existsSync(file));
  return Object.fromEntries(
    Object.entries({
      debian: mirrorOf(release),
      debianSecurity: mirrorOf(`${release}-security`),
      npm: registry,
      ca,
      proxy: [HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy].find(Boolean),
    }).filter(([, value]) => value),
  );
}

/** The first source that offers a suite's main component, in either of apt's formats. */
function mirrorOf(suite) {
  return aptSources().find(({ suites, components }) => suites.includes(suite) && components.includes('main'))
    ?.uri;
}

function aptSources() {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
  return ['/etc/apt/sources.list', ...names]
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8').replace(/^[ \t]*#.*\n?/gm, '');
      return file.endsWith('.sources') ? stanzas(text) : oneLiners(text);
    });
}

/** `deb [options] URI SUITE COMPONENT…`, one a line. */
function oneLiners(text) {
  return [...text.matchAll(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)(.*)$/gm)].map(
    ([, uri, suite, rest]) => ({
      uri,
      suites: [suite],
      components: rest.trim().split(/\s+/),
    }),
  );
}

/** Paragraphs of `Field: value`. */
function stanzas(text) {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name) =>
      new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, 'mi').exec(stanza)?.[1].trim().split(/\s+/) ?? [];
    if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') return [];
    return field('URIs').map((uri) => ({ uri, suites: field('Suites'), components: field('Components') }));
  });
}

function npmConfiguration() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, stdout } = spawnSync(npm, ['config', 'list', '--json'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return status === 0 ? JSON.parse(stdout) : {};
}
