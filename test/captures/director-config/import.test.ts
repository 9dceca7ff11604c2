import assert from 'node:assert/strict';
import fc from 'fast-check';
import { draftOf } from '../../../src/captures/director-config/draft-of.ts';
import type { ImportedConfig } from '../../../src/captures/director-config/imported.ts';
import { readIpvsadm } from '../../../src/captures/director-config/ipvsadm.ts';
import { readKeepalived } from '../../../src/captures/director-config/keepalived.ts';
import { draftText } from '../../../src/captures/inference/draft.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { formatIpv4 } from '../../../src/packet/address.ts';

const schedulers = new Set(['rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'dh']);

function planOf(config: ImportedConfig): Plan {
  const draft = draftOf(config, 'file');
  assert.ok(draft);
  const text = draftText(draft, ({ key }) => key);
  const { plan, problems } = loadTopology(text, 'x.lblab.yaml');
  assert.ok(plan, `${JSON.stringify(problems)}\n${text}`);
  return plan;
}

const told = (plan: Plan): string[] =>
  plan.services.map(
    ({ vip, port, protocol, model, snat, servers }) =>
      `${model}${snat ? '' : ' plain'} ${protocol} ${formatIpv4(vip)}:${port} ${servers
        .map((one) => `${formatIpv4(one.address)}:${one.port}/${one.weight}`)
        .join(' ')}`,
  );
const skippedOf = ({ skipped }: ImportedConfig): string[] =>
  skipped.map(({ line, reason }) => `${line} ${reason}`);

const saved = `-A -t 192.0.2.10:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1
-a -t 192.0.2.10:80 -r 192.0.2.22:80 -g -w 3
-A -u 192.0.2.11:53 -s sh -b sh-fallback,sh-port
-a -u 192.0.2.11:53 -r 10.1.0.5:53 -i -w 1 --tun-type gue --tun-port 6080
-A -t 192.0.2.12:443 -s lc
-a -t 192.0.2.12:443 -r 10.2.0.5:8443 -m -w 1 -x 0 -y 0
`;

describe('import of what ipvsadm saved', () => {
  it('makes a topology that loads, of each way to forward', () => {
    const config = readIpvsadm(saved, schedulers);
    assert.deepEqual(config.skipped, []);
    const plan = planOf(config);
    assert.deepEqual(told(plan), [
      'dr tcp 192.0.2.10:80 192.0.2.21:80/1 192.0.2.22:80/3',
      'tun udp 192.0.2.11:53 10.1.0.5:53/1',
      'dnat plain tcp 192.0.2.12:443 10.2.0.5:8443/1',
    ]);
    assert.deepEqual(plan.services[1]!.tunnel, { type: 'gue', port: 6080 });
    const [web, dns] = config.services;
    assert.deepEqual(web!.persistence, { seconds: 300, prefix: 24 });
    assert.deepEqual(dns!.schedulerFlags, ['fallback', 'port']);
  });

  it('says every line that it does not show, and why', () => {
    const config = readIpvsadm(
      [
        '-A -f 1 -s rr',
        '-a -f 1 -r 10.0.0.1:0 -g -w 1',
        '-A -t [2001:db8::1]:80 -s rr',
        '-A -t 192.0.2.10:80 -s nq',
        '-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1',
        '-a -t 192.0.2.10:80 -r 192.0.2.22:80 -m -w 1',
        '-a -t 192.0.2.10:80 -r 192.0.2.21:81 -g -w 1',
        '-a -t 192.0.2.99:80 -r 192.0.2.22:80 -g -w 1',
        '-A -t 192.0.2.11:80 -s rr',
        'set tcp 900',
        '-A -u 192.0.2.12:53 -s rr -o',
        '-a -u 192.0.2.12:53 -r 192.0.2.23:53 -g -w 1 -x 100 -y 50',
        '-a -u 192.0.2.12:53 -r 192.0.2.300:53 -g',
      ].join('\n'),
      schedulers,
    );
    assert.deepEqual(skippedOf(config), [
      '1 mark',
      '2 mark',
      '3 ipv6',
      '4 scheduler',
      '6 other-model',
      '7 server-twice',
      '8 no-service',
      '9 no-servers',
      '10 unknown',
      '11 option',
      '12 option',
      '13 bad-value',
    ]);
    assert.deepEqual(told(planOf(config)), [
      'dr tcp 192.0.2.10:80 192.0.2.21:80/1',
      'dr udp 192.0.2.12:53 192.0.2.23:53/1',
    ]);
  });
});

const conf = `! a comment
global_defs {
  router_id LVS1
}
vrrp_instance VI_1 {
  virtual_ipaddress {
    192.0.2.10
  }
}
virtual_server 192.0.2.10 80 {
  delay_loop 6
  lb_algo wlc
  lb_kind DR
  persistence_timeout 50
  protocol TCP
  real_server 192.0.2.21 80 {
    weight 2
    TCP_CHECK {
      connect_timeout 3
    }
  }
  real_server 192.0.2.22 80 { weight 0 }
}
virtual_server 192.0.2.11 53
{
  lvs_sched rr
  lvs_method NAT
  protocol UDP
  real_server 10.3.0.5 53
  {
    weight 1
  }
}
virtual_server fwmark 3 {
  real_server 192.0.2.21 80 { weight 1 }
}
`;

describe('import of a keepalived.conf', () => {
  it('makes a topology that loads, and says what it leaves out', () => {
    const config = readKeepalived(conf, schedulers);
    assert.deepEqual(told(planOf(config)), [
      'dr tcp 192.0.2.10:80 192.0.2.21:80/2 192.0.2.22:80/0',
      'dnat plain udp 192.0.2.11:53 10.3.0.5:53/1',
    ]);
    assert.equal(config.services[0]!.scheduler, 'wlc');
    assert.deepEqual(skippedOf(config), [
      '2 not-shown',
      '5 not-shown',
      '11 not-shown',
      '18 health-check',
      '34 mark',
    ]);
  });

  it('and has an answer for what is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const whole of [text, `virtual_server 192.0.2.1 80 {${text}`, `virtual_server ${text} {\n}`]) {
          const { services } = readKeepalived(whole, schedulers);
          readIpvsadm(`-A -t ${text}\n-a -t ${text}`, schedulers);
          assert.ok(services.every(({ servers }) => servers.length > 0));
        }
      }),
    );
    assert.equal(draftOf({ services: [], skipped: [] }, 'x'), undefined);
  });
});
