// All tests, leg by leg. Under CI a missing part fails; elsewhere what is present runs, and the rest is listed with
// the command that would enable it. The last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { buildNodeImage, ensureDocker, nodeImageIsHere } from './docker.mjs';
import { ensureDebianPackages, ensureDependencies, has, root, run } from './setup.mjs';
import { runTools } from './tools.mjs';

const ci = Boolean(process.env.CI);
const only = process.argv.slice(2);
const times = [];
const leftOut = [];
let passed = 0;
let failed = 0;

async function leg(name, body) {
  const began = performance.now();
  console.log(`\n── ${name}`);
  const result = await body();
  passed += result.passed;
  failed += result.failed;
  times.push([name, (performance.now() - began) / 1000, result.failed === 0]);
}

const step = (code) => (code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/** Runs mocha and counts from its own closing lines; a run that executed nothing is a failure. */
function mocha(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      text += chunk;
    });
    child.on('close', (code) => {
      const count = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(text)?.[1] ?? 0);
      const [ran, broken, pending] = [count('passing'), count('failing'), count('pending')];
      const silentSkip = ci ? pending : 0;
      if (silentSkip > 0) console.error(`${silentSkip} tests were skipped: under CI that is a failure.`);
      const unexplained = (code !== 0 && broken === 0) || ran + broken === 0 ? 1 : 0;
      resolve({ passed: ran, failed: broken + silentSkip + unexplained });
    });
  });
}

/** What only some tests need: the programs, the Debian packages that bring them, and what is left out without them. */
const needs = [
  {
    programs: ['tshark', 'editcap'],
    packages: ['tshark'],
    what: "the capture files against Wireshark's own tools",
  },
  {
    programs: ['ip', 'ethtool', 'nft', 'cc', 'make', 'g++', 'python3'],
    packages: ['iproute2', 'ethtool', 'nftables', 'build-essential', 'python3', 'libpcap-dev'],
    what: 'the forwarder on real interfaces in network namespaces',
  },
  {
    programs: ['docker', 'dockerd', 'debootstrap'],
    packages: ['docker.io', 'debootstrap', 'debian-archive-keyring', 'iptables', 'tcpdump'],
    what: 'everything on a Docker engine',
  },
  {
    programs: ['chromium'],
    packages: ['chromium', 'fonts-wqy-microhei'],
    what: 'the extension in a real VS Code',
  },
];

/** The editors are installed first, so that the time of a test is its own. */
function inVsCode() {
  const here = process.platform === 'linux' && has('chromium');
  const missing = here ? run(process.execPath, ['scripts/code-server.mjs']) !== 0 : true;
  if (!missing) return mocha(['test/vscode/*.test.ts']);
  if (ci) console.error('Chromium or code-server is missing: see above.');
  else if (here) leftOut.push('the extension in a real VS Code: node scripts/code-server.mjs');
  return { passed: 0, failed: ci ? 1 : 0 };
}

await leg('set-up', () => {
  const missing = needs.filter(({ programs }) => !programs.every(has));
  // Before npm: `cap` is compiled against libpcap.
  const command =
    ci || missing.length > 0 ? ensureDebianPackages(needs.flatMap(({ packages }) => packages)) : undefined;
  if (command && ci) {
    console.error(`Packages could not be installed: ${command}`);
    return { passed: 0, failed: 1 };
  }
  for (const { what, packages } of command ? missing : [])
    leftOut.push(`${what}: apt-get install ${packages.join(' ')}`);
  if (!process.env.LB_LAB_SHARED)
    leftOut.push('test packets recorded elsewhere: LB_LAB_SHARED=FOLDER, which holds vectors/');
  // Under CI `npm start` came first, when there was no libpcap to compile `cap` against.
  ensureDependencies({ also: ci ? ['cap'] : [] });
  return { passed: 0, failed: 0 };
});

if (only.length === 0) {
  await leg('check', () => step(runTools('check')));
  await leg('lint', () => step(runTools('lint')));
}
await leg('build', () => step(run(process.execPath, ['scripts/build.mjs'])));
let docker = { stop: () => Promise.resolve() };
await leg('docker', async () => {
  const found = await ensureDocker();
  if (found.missing) {
    if (ci) console.error(found.missing);
    else leftOut.push(`everything on a Docker engine: ${found.missing}`);
    return { passed: 0, failed: ci ? 1 : 0 };
  }
  docker = found;
  Object.assign(process.env, found.environment);
  if (ci || nodeImageIsHere(found.environment)) return step(await buildNodeImage(found.environment));
  leftOut.push('everything on a Docker engine: node scripts/docker.mjs image');
  return { passed: 0, failed: 0 };
});
await leg('tests', () =>
  mocha(only.length > 0 ? only : ['--reporter', 'dot', '--ignore', 'test/vscode/**', 'test/**/*.test.ts']),
);
if (only.length === 0) await leg('vscode', inVsCode);

await docker.stop();

console.log('\nTime per leg:');
for (const [name, seconds, ok] of times)
  console.log(`  ${name.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${ok ? 'ok' : 'FAILED'}`);
if (leftOut.length > 0) {
  console.log('\nLeft out on this machine; this would enable it:');
  for (const line of leftOut) console.log(`  ${line}`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
