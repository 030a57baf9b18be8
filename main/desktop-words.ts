import type { Ending, LanguageChoice } from './contract-preferences.ts'

/** What the desktop says outside the window: menus, the tray, notifications, dialogs. */
export type DesktopWords = typeof english

const files = (count: number): string => (count === 1 ? '1 file' : `${count} files`)

const english = {
  addFiles: 'Add files…',
  addFolder: 'Add folder…',
  file: 'File',
  view: 'View',
  uploads: 'Uploads',
  settings: 'Settings…',
  history: 'History…',
  show: 'Show Longshore',
  pauseAll: 'Pause all',
  resumeAll: 'Resume all',
  quit: 'Quit Longshore',
  nothingToSend: 'Nothing to send',
  allPaused: (count: number) => `${files(count)} paused`,
  /** `percent`: whole; absent when there is nothing to measure. */
  sending: (count: number, percent: number | undefined) =>
    percent === undefined ? `${files(count)} to go` : `${percent}%, ${files(count)} to go`,
  waiting: (count: number) => `${files(count)} to go, waiting for the receiver`,
  allSent: 'Everything is sent',
  sent: (count: number) => `${files(count)} verified and stored.`,
  notAllSent: 'Not everything could be sent',
  sentAndFailed: (sent: number, failed: number) => `${files(sent)} verified and stored, ${failed} failed.`,
  oneFailed: (name: string) => `${name} could not be sent`,
  othersGoOn: 'The others go on.',
  goesOnInTray: 'Longshore goes on in the tray',
  howToQuit: 'Choose Quit there to end it.',
  soon: { sleep: 'The computer falls asleep in a minute', quit: 'Longshore quits in a minute' } satisfies Record<
    Ending['action'],
    string
  >,
  callOff: 'Open Longshore to call it off.',
  stillSending: 'Files are still being sent.',
  stillSendingDetail: 'When Longshore quits they stop, and go on where they are when it is opened again.',
  keepSending: 'Keep sending',
  couldNotSleep: (why: string) => `The computer could not be put to sleep: ${why}`,
}

const chinese: DesktopWords = {
  addFiles: '添加文件…',
  addFolder: '添加文件夹…',
  file: '文件',
  view: '视图',
  uploads: '上传',
  settings: '设置…',
  history: '历史记录…',
  show: '显示 Longshore',
  pauseAll: '全部暂停',
  resumeAll: '全部继续',
  quit: '退出 Longshore',
  nothingToSend: '没有要发送的文件',
  allPaused: (count) => `${count} 个文件已暂停`,
  sending: (count, percent) => (percent === undefined ? `还剩 ${count} 个文件` : `${percent}%，还剩 ${count} 个文件`),
  waiting: (count) => `${count} 个文件在等待接收端`,
  allSent: '全部发送完成',
  sent: (count) => `${count} 个文件已校验并存储。`,
  notAllSent: '有文件未能发送',
  sentAndFailed: (sent, failed) => `${sent} 个文件已校验并存储，${failed} 个失败。`,
  oneFailed: (name) => `${name} 未能发送`,
  othersGoOn: '其他文件继续发送。',
  goesOnInTray: 'Longshore 在托盘中继续运行',
  howToQuit: '要结束它，请在托盘中选择“退出”。',
  soon: { sleep: '电脑将在一分钟后睡眠', quit: 'Longshore 将在一分钟后退出' },
  callOff: '打开 Longshore 即可取消。',
  stillSending: '仍有文件正在发送。',
  stillSendingDetail: '退出后会停止发送；再次打开 Longshore 时从中断处继续。',
  keepSending: '继续发送',
  couldNotSleep: (why) => `无法让电脑睡眠：${why}`,
}

/** The words in the chosen language, or in the one that suits a system that speaks `systemLocale` (a BCP 47 tag). */
export function desktopWords(choice: LanguageChoice, systemLocale: string): DesktopWords {
  const language = choice === 'system' ? systemLocale : choice
  return language.toLowerCase().split('-')[0] === 'zh' ? chinese : english
}
