import { attachDocker } from '../lab/docker/attach-docker.ts';
import { nodeImage } from '../lab/docker/image/node-image.ts';
import { numberOption, parseOptions, type Cli } from './cli.ts';
import { dockerOptions } from './choose-engine.ts';
import { checkOutputs } from './files.ts';
import { findLab } from './find-lab.ts';
import { packageRoot } from './package-root.ts';
import { present, presentOptions } from './present.ts';
import { record } from './record.ts';
import { redactionOf } from './redact-options.ts';
import { withDocker } from './with-docker.ts';

const options = {
  duration: { type: 'string' },
  detach: { type: 'boolean' },
  ...presentOptions,
} as const;

/**
 * `lb-lab attach [LAB]`: takes up a lab whose terminal or window is gone and records it until Ctrl-C or `--duration`;
 * then it ends the lab, or with `--detach` leaves it running. Exit 0, or 2 for a bad call or a lab that cannot be taken up.
 */
export function attach(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(call, args, options, 1);
  const duration = numberOption('--duration', values.duration, 0, false);
  const redaction = redactionOf(values);
  const cli = checkOutputs(call, [values.json, values.pcapng, values.html, values.mermaid]);
  const quiet = values.quiet ?? false;
  return withDocker(async (client) => {
    const lab = await findLab(client, positionals[0]);
    const image = nodeImage(packageRoot()).tag;
    let sink: Parameters<typeof attachDocker>[1] = () => undefined;
    const engine = await attachDocker(
      lab,
      (events) => sink(events),
      dockerOptions(cli, client, image, { quiet }),
    );
    const { plan } = engine;
    const chosen = {
      name: 'docker' as const,
      make: (_plan: unknown, emit: typeof sink) => {
        sink = emit;
        return Promise.resolve(engine);
      },
      close: () => undefined,
    };
    const recording = await record(cli, plan, chosen, {
      duration,
      open: true,
      pcapng: values.pcapng,
      redaction,
      keepsEvents: values.html !== undefined,
      ...(values.detach && { end: () => engine.detach() }),
    });
    await present(cli, recording, { ...values, plan, title: lab.name, judge: false });
    if (values.detach && !quiet) cli.err(cli.translate('cli.left-running', { id: lab.id }));
    return 0;
  });
}
