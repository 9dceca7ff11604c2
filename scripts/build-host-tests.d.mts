/** Bundles test/vscode/host; resolves to the absolute path of the module whose `run` VS Code calls. */
export function buildHostTests(): Promise<string>;
