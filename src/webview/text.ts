/** A text of the chosen language by its key, `{name}` placeholders filled. An unknown key is shown as it is. */
export type Text = (key: string, params?: Readonly<Record<string, string | number>>) => string;

export function makeText(texts: Readonly<Record<string, string>>): Text {
  return (key, params = {}) =>
    (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
