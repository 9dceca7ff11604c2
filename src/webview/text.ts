/**
 * A text of the chosen language by its key, `{name}` placeholders filled; of one `{count}` in the singular where a text
 * has it, under `KEY.one`. An unknown key is shown as it is.
 */
export type Text = (key: string, params?: Readonly<Record<string, string | number>>) => string;

export function makeText(texts: Readonly<Record<string, string>>): Text {
  return (key, params = {}) =>
    ((params['count'] === 1 ? texts[`${key}.one`] : undefined) ?? texts[key] ?? key).replace(
      /\{(\w+)\}/g,
      (whole, name: string) => String(params[name] ?? whole),
    );
}
