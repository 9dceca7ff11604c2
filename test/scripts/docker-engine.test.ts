import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { root, temporaryFolder, type TemporaryFolder } from '../support/lb-lab.ts';

/** `docker` and `dockerd` as shell scripts: an engine answers as long as there is a file where its socket would be. */
const docker = `#!/bin/sh
test -e "\${DOCKER_HOST#unix://}"
`;
const dockerd = `#!/bin/sh
[ "$1" = --version ] && exit
while [ $# -gt 0 ]; do
  case $1 in --host) socket=\${2#unix://};; --data-root) data=$2;; esac
  shift
done
echo "$data" >> "$STARTED"
mkdir -p "$data"
trap 'rm "$socket"; exit' TERM
touch "$socket" "$data/image"
while :; do sleep 0.1; done
`;

describe('an engine of ours', () => {
  let folder: TemporaryFolder;
  before(function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    folder = temporaryFolder();
    mkdirSync(folder.path('bin'));
    for (const [name, text] of Object.entries({ docker, dockerd }))
      writeFileSync(folder.path(`bin/${name}`), text, { mode: 0o755 });
  });
  after(() => folder?.remove());

  /** Starts an engine (and a second time while it runs), ends it, and tells what there was. */
  const use = (options: object) => {
    const started = folder.path('started');
    writeFileSync(started, '');
    const program = `
      const { ensureDocker } = await import('${root}scripts/docker.mjs');
      const first = await ensureDocker(${JSON.stringify(options)});
      const second = await ensureDocker(${JSON.stringify(options)});
      await second.stop();
      const stillThere = (await import('node:fs')).existsSync(first.environment.DOCKER_HOST.slice(7));
      await first.stop();
      console.log(JSON.stringify({ first, second, stillThere }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      env: {
        PATH: [folder.path('bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
        XDG_CACHE_HOME: folder.path('cache'),
        STARTED: started,
        TMPDIR: folder.path('.'),
        DOCKER_HOST: `unix://${folder.path('nobody')}`,
      },
    });
    assert.ok(stdout !== '', stderr);
    interface Found {
      readonly missing?: string;
      readonly ours?: boolean;
      readonly environment: Readonly<Record<string, string>>;
    }
    const found = JSON.parse(stdout) as { first: Found; second: Found; stillThere: boolean };
    assert.equal(found.first.missing, undefined);
    return { ...found, data: readFileSync(started, 'utf8').trim().split('\n') };
  };

  it('keeps its images for the next, and is used by who comes while it runs', () => {
    const { first, second, stillThere, data } = use({ mayStart: true, keep: true });
    assert.equal(first.ours, true);
    assert.equal(second.environment['DOCKER_HOST'], first.environment['DOCKER_HOST']);
    assert.ok(stillThere, 'who did not start it does not end it');
    assert.deepEqual(data, [folder.path('cache/lb-lab-docker/data')]);
    assert.ok(existsSync(`${data[0]}/image`));
    assert.deepEqual(use({ mayStart: true, keep: true }).data, data);
  });

  it('leaves nothing of the tests', () => {
    const { data } = use({ mayStart: true });
    assert.equal(data.length, 2, 'each has its own');
    for (const one of data) assert.equal(existsSync(dirname(one)), false);
  });
});
