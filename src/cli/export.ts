import { CliError, type Cli } from './cli.ts';
import { exportContainerlab } from './export-containerlab.ts';
import { exportProduction, isProductionFormat } from './export-production.ts';

/** `lb-lab export FORMAT FILE …`. Throws `CliError` for a format that there is not. */
export function exportLab(cli: Cli, [format = '', ...args]: readonly string[]): Promise<number> {
  if (format === 'containerlab') return exportContainerlab(cli, args);
  if (isProductionFormat(format)) return exportProduction(cli, format, args);
  throw new CliError('cli.export.usage');
}
