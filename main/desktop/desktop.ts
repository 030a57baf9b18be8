import { app, type BrowserWindow, nativeTheme, powerMonitor } from 'electron'
import { canPause, canResume, type UploadSnapshot } from '../contract/contract.ts'
import type { Ending } from '../contract/preferences.ts'
import type { Engine } from '../engine/engine.ts'
import type { DesktopWords } from '../notices/desktop-words.ts'
import { messageOf } from '../notices/message-of.ts'
import { startRateClock } from '../settings/rate-clock.ts'
import type { SettingsStore } from '../settings/settings.ts'
import { createActivity } from './activity.ts'
import { watchForTheEnd } from './after-done.ts'
import { createClosing } from './closing.ts'
import { inWords, type News, NO_PROGRESS, newsOf, type TaskbarProgress, taskbarProgress } from './desktop-state.ts'
import { type MenuActions, setMenu } from './menu.ts'
import { notifySystem } from './notifications.ts'
import { createStayAwake, putToSleep } from './power.ts'
import { showTray, type TrayIcon } from './tray.ts'

export type DesktopDeps = {
  readonly engine: Engine
  readonly settings: SettingsStore
  readonly window: () => BrowserWindow | undefined
  readonly showWindow: () => void
  readonly addPaths: (paths: readonly string[]) => void
  readonly menu: Omit<MenuActions, 'pauseAll' | 'resumeAll'>
  /** In the language that is chosen; the same object as long as that is the same. */
  readonly words: () => DesktopWords
  readonly notify: (message: string) => void
  /** Told what is about to happen because nothing is left to send. */
  readonly onEnding: (ending: Ending | undefined) => void
  /** Told the uploads that became done. */
  readonly onFinished: (uploads: readonly UploadSnapshot[]) => void
}

/** Gives the app its place on the desktop: what it shows outside its window, and what it asks of the system. */
export function openDesktop(deps: DesktopDeps) {
  const { engine, settings, window, showWindow, notify, onEnding, onFinished } = deps
  const activity = createActivity(engine.list())
  const stayAwake = createStayAwake()
  let words = deps.words()
  let tray: TrayIcon | undefined
  let progress: TaskbarProgress = NO_PROGRESS
  let wasToldOfTray = false

  const pauseAll = (): void => engine.pause(idsThat(canPause))
  const resumeAll = (): void => engine.resume(idsThat(canResume))
  const idsThat = (can: typeof canPause): string[] =>
    engine
      .list()
      .filter(({ status }) => can(status))
      .map(({ id }) => id)

  const clock = startRateClock({
    preferences: settings.get,
    limitRate: (bytesPerSecond) => engine.limitRate(bytesPerSecond),
  })
  const afterDone = watchForTheEnd({
    wanted: () => settings.get().afterDone,
    end: (action) => void end(action),
    onChange(ending) {
      if (ending !== undefined) tell({ title: words.soon[ending.action], body: words.callOff })
      onEnding(ending)
    },
  })
  const closing = createClosing({
    goesOn: () => settings.get().tray || process.platform === 'darwin',
    isSending: () => activity.now().active > 0,
    words: () => words,
    onGoesOn() {
      // On macOS apps always go on when their windows are closed.
      if (wasToldOfTray || process.platform === 'darwin' || !settings.get().notifications) return
      wasToldOfTray = true
      notifySystem({ title: words.goesOnInTray, body: words.howToQuit }, showWindow)
    },
  })

  async function end(action: Ending['action']): Promise<void> {
    if (action === 'quit') return app.quit()
    try {
      await putToSleep(process.platform)
    } catch (cause) {
      // The system's program is missing, or the system does not let this person.
      notify(words.couldNotSleep(messageOf(cause)))
    }
  }

  /** A person who looks at the window sees it there already. */
  function tell(news: News): void {
    if (settings.get().notifications && window()?.isFocused() !== true) notifySystem(news, showWindow)
  }

  function showProgress(next: TaskbarProgress): void {
    if (next.value === progress.value && next.mode === progress.mode) return
    progress = next
    window()?.setProgressBar(next.value, { mode: next.mode })
  }

  function show(): void {
    const now = activity.now()
    stayAwake(settings.get().keepAwake && now.active > 0)
    tray?.say(inWords(now, words), words)
  }

  function apply(): void {
    const { theme, tray: wantsTray, filesAtOnce, digest } = settings.get()
    engine.setFilesAtOnce(filesAtOnce)
    engine.setDigest(digest === 'receiver' ? undefined : digest)
    nativeTheme.themeSource = theme
    clock.look()
    const spoken = deps.words()
    if (spoken !== words) {
      words = spoken
      setMenu({ ...deps.menu, pauseAll, resumeAll }, words)
    }
    if (wantsTray)
      tray ??= showTray({ show: showWindow, pauseAll, resumeAll, quit: () => app.quit(), addPaths: deps.addPaths })
    else {
      tray?.remove()
      tray = undefined
    }
    if (settings.get().afterDone === 'nothing') afterDone.callOff()
    show()
  }

  engine.onChange((change) => {
    const heeded = activity.heed(change)
    onFinished(heeded.finished)
    if (heeded.now.unfinished > 0) afterDone.callOff()
    showProgress(taskbarProgress(heeded.now))
    show()
    const news = newsOf(heeded, words)
    if (news !== undefined) tell(news)
    if (heeded.isOver) afterDone.over()
  })
  powerMonitor.on('suspend', afterDone.callOff)
  powerMonitor.on('resume', clock.look)
  setMenu({ ...deps.menu, pauseAll, resumeAll }, words)
  apply()

  return {
    apply,
    ending: afterDone.ending,
    callOff: afterDone.callOff,
    /** Whether the app goes on without a window. */
    goesOn: () => settings.get().tray,
    /** Connects a window that was just opened. */
    windowOpened(opened: BrowserWindow): void {
      closing.guard(opened)
      if (progress.mode !== 'none') opened.setProgressBar(progress.value, { mode: progress.mode })
      // A person who opens the window has seen the failure.
      opened.on('focus', () => activity.now().unfinished === 0 && showProgress(NO_PROGRESS))
    },
    close(): void {
      clock.stop()
      afterDone.callOff()
      stayAwake(false)
      tray?.remove()
    },
  }
}
