/** A labelled choice, as the page's bar has it. */
export interface Switch<Value extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: Value; readonly text: string; readonly lang?: string }[];
  readonly chosen: Value;
  readonly choose: (value: Value) => void;
}

/** As text, never as HTML. */
export function switchElement<Value extends string>({
  label,
  choices,
  chosen,
  choose,
}: Switch<Value>): HTMLElement {
  const select = document.createElement('select');
  for (const { value, text, lang } of choices) {
    const option = new Option(text, value, false, value === chosen);
    if (lang !== undefined) option.lang = lang;
    select.append(option);
  }
  select.addEventListener('change', () => choose(select.value as Value));
  const element = document.createElement('label');
  const words = document.createElement('span');
  words.textContent = label;
  element.append(words, select);
  return element;
}
