import { unpackRecording } from '../extension/core/share/shared-recording.ts';
import type { Locale, Translate } from '../l10n/translate.ts';
import type { ViewMessage } from '../panel-protocol/messages.ts';
import { SharedHost } from './shared-host.ts';
import { switchElement } from './switches.ts';
import { followTheme, themeChoices, type ThemeChoice } from './theme-switch.ts';

const bar = document.getElementById('switches')!;
let theme: ThemeChoice = 'auto';
const dress = followTheme(() => theme);

let host: SharedHost | undefined;
// The panel's script asks for it, as it does in the editor.
Object.assign(globalThis, {
  acquireVsCodeApi: () => ({ postMessage: (message: ViewMessage) => host?.receive(message) }),
});
// When the panel listens: its script stands after this one.
addEventListener('DOMContentLoaded', () => void begin().catch(say));

async function begin(): Promise<void> {
  const shared = await unpackRecording(document.getElementById('recording')!.textContent);
  host = new SharedHost(shared);
  await speak(shared.head.locale);
}

async function speak(locale: Locale): Promise<void> {
  const translate = await host!.speak(locale);
  document.documentElement.lang = locale;
  showSwitches(locale, translate);
}

function showSwitches(locale: Locale, translate: Translate): void {
  const focused = [...bar.querySelectorAll('select')].indexOf(document.activeElement as HTMLSelectElement);
  bar.replaceChildren(
    switchElement<Locale>({
      label: translate('panel.shared.language'),
      choices: [
        { value: 'en', text: 'English', lang: 'en' },
        { value: 'zh-cn', text: '简体中文', lang: 'zh-cn' },
      ],
      chosen: locale,
      choose: (chosen) => void speak(chosen).catch(say),
    }),
    switchElement<ThemeChoice>({
      label: translate('panel.shared.theme'),
      choices: themeChoices.map((value) => ({ value, text: translate(`panel.shared.theme.${value}`) })),
      chosen: theme,
      choose: (chosen) => {
        theme = chosen;
        dress();
      },
    }),
  );
  // They were made anew, in the other language.
  bar.querySelectorAll('select')[focused]?.focus();
}

function say(error: unknown): void {
  const words = document.createElement('p');
  words.setAttribute('role', 'alert');
  words.textContent = error instanceof Error ? error.message : String(error);
  bar.replaceChildren(words);
}
