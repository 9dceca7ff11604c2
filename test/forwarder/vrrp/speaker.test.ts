import assert from 'node:assert/strict';
import { advertisementFrame } from '../../../src/forwarder/vrrp/frames.ts';
import { Speaker, type RedundancyConfig } from '../../../src/forwarder/vrrp/speaker.ts';
import { USUAL_ANNOUNCE } from '../../../src/forwarder/vrrp/virtual-router.ts';
import { formatIpv4, formatMac, type Mac } from '../../../src/packet/address.ts';
import { decodeFrame } from '../../../src/packet/decode.ts';
import { addressesOf } from '../../../src/packet/vrrp.ts';
import { ip, mac } from '../../packet/sample.ts';

const interfaces = [1, 2].map((at) => ({
  segment: `s${at}`,
  ...{ address: ip(`10.0.${at}.2`), prefixLength: 24, mac: mac(`02:00:00:00:0${at}:02`), mtu: 1500 },
}));
const config: RedundancyConfig = {
  ...{ id: 51, priority: 100, interval: 1000, preempt: true, announce: USUAL_ANNOUNCE, port: 0 },
  addresses: [
    { address: ip('10.0.1.100'), port: 0 },
    { address: ip('10.0.2.254'), port: 1 },
  ],
};

/** What it says and holds, in words. */
function listen(change: Partial<RedundancyConfig> = {}): { speaker: Speaker; said: string[] } {
  const said: string[] = [];
  const speaker = new Speaker({ ...config, ...change }, interfaces, {
    send: (port, frame) => said.push(`${port} ${words(frame)}`),
    hold: (held) => said.push(held ? 'takes' : 'releases'),
  });
  return { speaker, said };
}

function words(frame: Uint8Array): string {
  const { layers } = decodeFrame(frame);
  return layers
    .flatMap((layer): string[] => {
      if (layer.kind === 'ethernet') return [formatMac(layer.source)];
      if (layer.kind === 'arp') return [`announces ${formatIpv4(layer.senderIp)}`];
      if (layer.kind === 'ipv4') return [`#${layer.id} of ${formatIpv4(layer.source)}`];
      if (layer.kind !== 'vrrp') return [];
      return [
        `priority ${layer.priority} in ${layer.interval}: ${addressesOf(layer).map(formatIpv4).join()}`,
      ];
    })
    .join(' ');
}

const of = (priority: number, id = 51, sender: Mac = interfaces[0]!.mac): Uint8Array =>
  advertisementFrame(
    { ...config, id, primary: ip('10.0.1.3'), addresses: [ip('10.0.1.100')] },
    ...[priority, sender, 1],
  );
const hear = (speaker: Speaker, frame: Uint8Array, now: number, port = 0): boolean =>
  speaker.receive(port, frame, 0, frame.length, now);

describe('who speaks for a virtual router', () => {
  it('takes the addresses over with frames of the port at which each of them is', () => {
    const { speaker, said } = listen({ announce: { ...USUAL_ANNOUNCE, repeat: 2, delay: 0 } });
    speaker.start(0);
    assert.equal(speaker.state, 'backup');
    speaker.advance(3600);
    assert.deepEqual(said, []);
    assert.equal(Math.round(speaker.nextTimer()), 3609);
    speaker.advance(3610);
    assert.deepEqual(said.splice(0), [
      '0 02:00:00:00:01:02 #1 of 10.0.1.2 priority 100 in 100: 10.0.1.100,10.0.2.254',
      'takes',
      ...['0 02:00:00:00:01:02 announces 10.0.1.100', '0 02:00:00:00:01:02 announces 10.0.1.100'],
      ...['1 02:00:00:00:02:02 announces 10.0.2.254', '1 02:00:00:00:02:02 announces 10.0.2.254'],
    ]);
    speaker.stop(4000);
    assert.deepEqual(said, [
      '0 02:00:00:00:01:02 #2 of 10.0.1.2 priority 0 in 100: 10.0.1.100,10.0.2.254',
      'releases',
    ]);
    assert.equal(speaker.nextTimer(), Infinity);
  });

  it('hears its own group on its own port only', () => {
    const { speaker } = listen();
    speaker.start(0);
    assert.equal(hear(speaker, of(200, 52), 1000), false);
    assert.equal(hear(speaker, of(200), 1000, 1), false);
    assert.equal(hear(speaker, new Uint8Array(60), 1000), false);
    assert.equal(Math.round(speaker.nextTimer()), 3609);
    assert.equal(hear(speaker, of(200), 1000), true);
    assert.equal(Math.round(speaker.nextTimer()), 4609);
  });

  it('lets go without its carrier, and begins anew with it', () => {
    const { speaker, said } = listen();
    speaker.start(0);
    speaker.advance(3610);
    said.length = 0;
    speaker.carrier(false, 4000);
    assert.deepEqual(said, ['releases']);
    speaker.carrier(true, 10_000);
    assert.equal(speaker.state, 'backup');
  });

  it('goes by other settings from then on', () => {
    const { speaker, said } = listen();
    speaker.start(0);
    speaker.configure({ ...config, priority: 200, addresses: [] }, interfaces);
    hear(speaker, of(150), 1000);
    speaker.advance(3610);
    assert.deepEqual(said, ['0 02:00:00:00:01:02 #1 of 10.0.1.2 priority 200 in 100: ', 'takes']);
  });
});
