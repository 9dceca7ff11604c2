// All tests, leg by leg. Under CI a missing part fails; elsewhere what is present runs, and the rest is listed with
// the command that would enable it. What has to be downloaded and built for the later legs is made beside the first ones.
// The last line is `N passed, N failed`.
//   node scripts/test.mjs [FILE …]      these test files only
import { spawn } from 'node:child_process';
import { beside } from './beside.mjs';
import { ensureDocker, nodeImageIsHere } from './docker.mjs';
import { ensureDebianPackages, ensureDependencies, has, root, run } from './setup.mjs';
import { alone, inVsCode, others } from './test-files.mjs';
import { runTools } from './tools.mjs';

const ci = Boolean(process.env.CI);
const only = process.argv.slice(2);
/** @type {[name: string, seconds: number, ok: boolean][]} */
const times = [];
/** @type {string[]} */
const leftOut = [];
let passed = 0;
let failed = 0;

async function leg(name, body) {
  const began = performance.now();
  console.log(`\n── ${name}`);
  /** @type {{ passed: number, failed: number }} */
  const result = await body();
  passed += result.passed;
  failed += result.failed;
  times.push([name, (performance.now() - began) / 1000, result.failed === 0]);
}

/** Waits for what was begun beside other legs, and says what it said. */
async function joined(name, begun) {
  const { code, text, seconds } = await begun;
  console.log(`\n── ${name} (begun before, beside other legs)\n${text}`);
  const result = step(code);
  passed += result.passed;
  failed += result.failed;
  times.push([`${name} (beside)`, seconds, code === 0]);
  return code;
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
      const unexplained = (code !== 0 && broken === 0) || ran + broken + pending === 0 ? 1 : 0;
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
    programs: ['keepalived', 'tcpdump'],
    packages: ['keepalived', 'tcpdump'],
    what: 'virtual routers against keepalived in network namespaces',
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
    leftOut.push(
      'what was made elsewhere to hold ours against: LB_LAB_SHARED=FOLDER, which holds vectors/ and external/',
    );
  // Under CI `npm start` came first, when there was no libpcap to compile `cap` against.
  ensureDependencies({ also: ci ? ['cap'] : [] });
  return { passed: 0, failed: 0 };
});

await leg('build', () => step(run(process.execPath, ['scripts/build.mjs'])));
// The tests take this one: none of them replaces what another is running.
process.env.LB_LAB_BUILT = 'true';

/** @type {import('./docker.mjs').Docker} */
let docker = { stop: () => Promise.resolve() };
/** The node image and the editors, one after the other: both mostly wait for a network. */
let image;
let editors;
await leg('docker', async () => {
  const found = await ensureDocker();
  if (found.missing) {
    if (ci) console.error(found.missing);
    else leftOut.push(`everything on a Docker engine: ${found.missing}`);
    return { passed: 0, failed: ci ? 1 : 0 };
  }
  docker = found;
  Object.assign(process.env, found.environment);
  if (ci || nodeImageIsHere(found.environment))
    image = beside(process.execPath, ['scripts/docker.mjs', 'image', '--built']);
  else leftOut.push('everything on a Docker engine: node scripts/docker.mjs image');
  return { passed: 0, failed: 0 };
});

if (only.length > 0) {
  if (image) await joined('node image', image);
  await leg('tests', () => mocha(only));
} else {
  if (process.platform === 'linux' && has('chromium'))
    editors = Promise.resolve(image).then(() => beside(process.execPath, ['scripts/code-server.mjs']));
  await leg('check', () => step(runTools('check')));
  await leg('lint', () => step(runTools('lint')));
  await leg('unit', () => mocha(['--reporter', 'scripts/dots.cjs', ...others]));
  if (image) await joined('node image', image);
  const haveEditors = editors !== undefined && (await joined('editors', editors)) === 0;
  await leg('real', () => mocha(['--reporter', 'scripts/dots.cjs', ...alone]));
  await leg('vscode', () => {
    if (haveEditors) return mocha([inVsCode]);
    if (ci) console.error('Chromium or code-server is missing: see above.');
    else if (editors) leftOut.push('the extension in a real VS Code: node scripts/code-server.mjs');
    return { passed: 0, failed: ci ? 1 : 0 };
  });
}

await docker.stop();

console.log('\nTime per leg:');
for (const [name, seconds, ok] of times)
  console.log(`  ${name.padEnd(19)} ${seconds.toFixed(1).padStart(6)} s  ${ok ? 'ok' : 'FAILED'}`);
if (leftOut.length > 0) {
  console.log('\nLeft out on this machine; this would enable it:');
  for (const line of leftOut) console.log(`  ${line}`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
