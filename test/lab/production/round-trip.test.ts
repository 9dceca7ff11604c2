import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ImportedConfig } from '../../../src/captures/director-config/imported.ts';
import { readIpvsadm } from '../../../src/captures/director-config/ipvsadm.ts';
import { readKeepalived } from '../../../src/captures/director-config/keepalived.ts';
import { ipvsadmLines } from '../../../src/lab/production/ipvsadm.ts';
import { keepalivedLines } from '../../../src/lab/production/keepalived.ts';
import { textOf, type DirectorNode, type Line } from '../../../src/lab/production/said.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { schedulerNames } from '../../../src/lab/topology/schema.ts';
import { exampleFiles } from '../topology/example-files.ts';
import { anyServices } from './services.ts';

const names = new Set<string>(schedulerNames);

function planOf(text: string): Plan {
  const { plan, problems } = loadTopology(text, 'x.lblab.yaml');
  assert.ok(plan, JSON.stringify(problems));
  return plan;
}

const directorsOf = (plan: Plan): DirectorNode[] =>
  plan.nodes.filter((node): node is DirectorNode => node.role === 'director' && !!node.forwarder);
const written = (lines: readonly Line[]): string => textOf(lines, ({ key }) => key).join('\n');

/** What the director's services are to whoever imports them. */
function expected({ forwarder }: DirectorNode): ImportedConfig['services'] {
  return forwarder.services.map((service) => ({
    vip: service.vip,
    port: service.port,
    protocol: service.protocol,
    scheduler: service.scheduler,
    schedulerFlags: service.schedulerFlags ?? [],
    ...(service.persistence && {
      persistence: {
        seconds: Math.ceil(service.persistence.timeout / 1000),
        ...(service.persistence.prefixLength < 32 && { prefix: service.persistence.prefixLength }),
      },
    }),
    servers: service.servers.map(({ address, port, weight }) => ({
      ...{ address, port, weight, model: service.model },
      ...(service.tunnel && { guePort: service.tunnel.port }),
    })),
  }));
}

function holds(plan: Plan): void {
  for (const director of directorsOf(plan)) {
    const adm = readIpvsadm(written(ipvsadmLines(plan, director)), names);
    assert.deepEqual(adm, { services: expected(director), skipped: [] });
    const keepalived = readKeepalived(written(keepalivedLines(plan, director)), names);
    assert.deepEqual(keepalived.services, expected(director));
    // A draft has one director: what is of the others, and of the whole program, is said to be left out.
    for (const { text, reason } of keepalived.skipped)
      assert.match(`${reason} ${text}`, /^not-shown (?:global_defs|vrrp_instance \w+) /);
  }
}

describe('an exported configuration', () => {
  it('imports again to the same services, servers and switches', () =>
    fc.assert(fc.property(anyServices, (text) => holds(planOf(text)))));

  it('does so from every example and lesson', () => {
    for (const { text, name } of exampleFiles()) {
      const { plan } = loadTopology(text, name);
      if (plan) holds(plan);
    }
  });
});

/** Of an Ethernet device: ARPHRD_ETHER. */
const ETHERNET = '1';

describe('keepalived’s own parser', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'lb-lab-keepalived-'));
  after(() => rmSync(folder, { recursive: true }));
  const devices = readdirSync('/sys/class/net').filter(
    (device) => readFileSync(`/sys/class/net/${device}/type`, 'utf8').trim() === ETHERNET,
  );

  before(function () {
    const missing = spawnSync('keepalived', ['--version']).error
      ? 'needs keepalived: apt-get install keepalived'
      : devices.length === 0
        ? 'needs an Ethernet device, for an instance of VRRP'
        : undefined;
    if (missing === undefined) return;
    if (process.env['CI']) throw new Error(missing);
    console.log(`      skipped: ${missing}`);
    this.skip();
  });

  function accepts(plan: Plan): void {
    for (const director of directorsOf(plan)) {
      // The devices of the text are names to be replaced, and so they are here.
      const text = written(keepalivedLines(plan, director)).replaceAll(/\beth\d+\b/g, devices[0]!);
      const file = join(folder, 'keepalived.conf');
      writeFileSync(file, text);
      const { status, stderr } = spawnSync('keepalived', ['-t', '-f', file], { encoding: 'utf8' });
      // What it is known to warn of, and a remark tells of beforehand.
      const warns = director.forwarder.services.some(
        ({ model, port, servers }) =>
          servers.every(({ weight }) => weight === 0) ||
          (model !== 'dnat' && servers.some((server) => server.port !== port)),
      );
      if (!warns) assert.deepEqual([status, stderr], [0, ''], text);
      else assert.match(stderr, /exceeds total weight of real servers 0|ports don't match/);
    }
  }

  it('takes what is generated', () =>
    fc.assert(
      fc.property(anyServices, (text) => accepts(planOf(text))),
      { numRuns: 30 },
    ));

  it('takes every example and lesson', () => {
    for (const { text, name } of exampleFiles()) {
      const { plan } = loadTopology(text, name);
      if (plan) accepts(plan);
    }
  });
});
