import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider, initReactI18next } from 'react-i18next'
import { createTranslator, languageFor } from '../main/contract/locales/language.ts'
import { createActions, sentenceOf } from './actions/actions.ts'
import { WindowContext } from './actions/window-context.ts'
import { api } from './api.ts'
import { App } from './app.tsx'
import { createWindowStore, follow, recordRate } from './model/store.ts'

const SECOND_MS = 1000

const translator = createTranslator(languageFor('system', navigator.language), initReactI18next)
const store = createWindowStore()
const actions = createActions(api, store)

/** Follows the person's choice, or the system, whose language may change while the window is open. */
function speak(): void {
  const language = languageFor(store.getState().preferences?.language ?? 'system', navigator.language)
  if (language === document.documentElement.lang) return
  document.documentElement.lang = language
  void translator.changeLanguage(language)
}
addEventListener('languagechange', speak)
store.subscribe(speak)
speak()
follow(api, store).catch((refusal: unknown) => store.setState({ problem: sentenceOf(refusal) }))
setInterval(() => recordRate(store, Date.now()), SECOND_MS)

const place = document.getElementById('window')
if (place === null) throw new Error('index.html has no element with the id "window"')
createRoot(place).render(
  <StrictMode>
    <I18nextProvider i18n={translator}>
      <WindowContext value={{ store, actions }}>
        <App />
      </WindowContext>
    </I18nextProvider>
  </StrictMode>,
)
