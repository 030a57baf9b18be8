import type { LanguageChoice } from '../contract/preferences.ts'
import type { Skipped, Warning } from '../engine/engine.ts'
import { FileTrouble, type KnownTrouble } from './file-trouble.ts'
import { messageOf } from './message-of.ts'

/** What the main process says in the window, in whole sentences: notices, and why it refuses something. */
export type NoticeWords = typeof english

/** What a state file holds. */
export type Held = 'settings' | 'receivers'

function listed(files: readonly string[]): string {
  return files.length === 1 ? `${files[0]}` : `${files[0]} (and ${files.length - 1} more)`
}

const holds = { settings: 'settings', receivers: 'known receivers' } satisfies Record<Held, string>

const english = {
  settingsNotSaved: (cause: unknown) => `The settings could not be saved: ${messageOf(cause)}.`,
  receiversNotSaved: (cause: unknown) => `The known receivers could not be saved: ${messageOf(cause)}.`,
  historyNotSaved: (cause: unknown) => `The history of what was sent could not be saved: ${messageOf(cause)}.`,
  stateOfNewer: (held: Held, writer: string) =>
    `The ${holds[held]} cannot be kept: they were written by ${writer}, which is newer. What you change now is lost when Longshore closes.`,
  stateNotKept: (held: Held, cause: unknown) =>
    `The ${holds[held]} cannot be kept: ${messageOf(cause)}. What you change now is lost when Longshore closes.`,
  stateRestored: (held: Held, keptAs: string) =>
    `The ${holds[held]} were damaged; those from before the last change are used. The file is kept as ${keptAs}.`,
  stateDamaged: (held: Held, keptAs: string) =>
    `The ${holds[held]} could not be read and start afresh. The damaged file is kept as ${keptAs}.`,
  stateIncomplete: (held: Held, keptAs: string) =>
    `Parts of the ${holds[held]} could not be read. The file as it was is kept as ${keptAs}.`,
  listOfNewer: (writer: string) =>
    `The list of uploads was written by ${writer}, which is newer than this one. It is left as it is; uploads you add now are forgotten when Longshore closes.`,
  listNotKept: (cause: unknown) =>
    `The list of uploads cannot be kept: ${messageOf(cause)}. What you add now is forgotten when Longshore closes.`,
  listRestored: (keptAs: readonly string[]) =>
    `The list of uploads was damaged; the one from before the last change is used. The damaged file is kept as ${listed(keptAs)}.`,
  listDamaged: (keptAs: readonly string[]) =>
    `The list of uploads could not be read, and uploads may be missing. The damaged file is kept as ${listed(keptAs)}.`,
  listIncomplete: (keptAs: readonly string[]) =>
    `Parts of the list of uploads could not be read. The file as it was is kept as ${listed(keptAs)}.`,
  ownReceiverRefuses: (cause: unknown) => `This app cannot send to its own receiver: ${messageOf(cause)}`,
  unencryptedAsBefore: (address: string) =>
    `What is sent to ${address} is not encrypted, as before. To encrypt it, start that receiver without “--plaintext” and add it again with its code.`,
  keyNotKept:
    'The system’s key store refused to keep the key to a receiver. It has to be paired again when Longshore is next started.',
  keysNotLocked:
    'This system has no key store that Longshore can use. The keys to your receivers are kept in a file that only your account may read, but that is not locked.',
  /** What the engine warns of. */
  warning: ({ message }: Warning): string => message,
  /** Why something was not added. */
  skipped: ({ message }: Skipped): string => message,
  notAdded: (named: readonly string[], more: number) =>
    `Not added: ${named.join(' ')}${more > 0 ? ` And ${more} more.` : ''}`,
  noReceiver: 'Choose a receiver first: add one, or switch on “Receive on this computer”.',
  receiverForgotten: 'This receiver was forgotten. Add it again.',
  fileNotWritten: (cause: unknown) => `The file could not be written: ${messageOf(cause)}.`,
  folderNotOpened: (problem: string) => `The folder could not be opened: ${problem}`,
  loginItemUnknown: 'On this system, add Longshore to the programs that start with your session.',
}

const troubleInChinese: Readonly<Record<KnownTrouble, string>> = {
  ENOSPC: '磁盘已满',
  EDQUOT: '磁盘配额已用完',
  EROFS: '磁盘是只读的',
  EACCES: '没有写入权限',
  EPERM: '没有写入权限',
  ENOTDIR: '不是文件夹',
  EEXIST: '不是文件夹',
  EISDIR: '应为文件的位置是文件夹',
  ENOENT: '已不存在',
  EIO: '磁盘报告错误',
}

const skippedInChinese: Readonly<Record<Skipped['reason'], string>> = {
  SOURCE_MISSING: '没有这个文件或文件夹，或者它的名称不是有效的 UTF-8。',
  SOURCE_UNREADABLE: '无法读取。',
  NOT_A_FILE: '不是普通文件（链接、管道、套接字或设备）。',
  ALREADY_QUEUED: '已在队列中。',
  STATE_FOLDER: '这是 Longshore 自己的私密数据（密钥、令牌、上传列表），从不发送。',
}

/** A file's trouble is the same in words of its own, however it was wrapped on the way. */
function whyInChinese(cause: unknown): string {
  if (cause instanceof FileTrouble && cause.code !== undefined)
    return `${cause.folder}：${troubleInChinese[cause.code]}（${cause.code}）`
  return cause instanceof Error && cause.cause instanceof FileTrouble ? whyInChinese(cause.cause) : messageOf(cause)
}

function listedInChinese(files: readonly string[]): string {
  return files.length === 1 ? `${files[0]}` : `${files[0]}（以及另外 ${files.length - 1} 个）`
}

const holdsInChinese = { settings: '设置', receivers: '已知接收端' } satisfies Record<Held, string>

const chinese: NoticeWords = {
  settingsNotSaved: (cause) => `设置无法保存：${whyInChinese(cause)}。`,
  receiversNotSaved: (cause) => `已知接收端无法保存：${whyInChinese(cause)}。`,
  historyNotSaved: (cause) => `发送历史无法保存：${whyInChinese(cause)}。`,
  stateOfNewer: (held, writer) =>
    `${holdsInChinese[held]}无法保存：它由更新的版本 ${writer} 写入。现在的更改会在 Longshore 关闭时丢失。`,
  stateNotKept: (held, cause) =>
    `${holdsInChinese[held]}无法保存：${whyInChinese(cause)}。现在的更改会在 Longshore 关闭时丢失。`,
  stateRestored: (held, keptAs) =>
    `${holdsInChinese[held]}已损坏，改用上一次更改之前的内容。损坏的文件保留为 ${keptAs}。`,
  stateDamaged: (held, keptAs) => `${holdsInChinese[held]}无法读取，已重新开始。损坏的文件保留为 ${keptAs}。`,
  stateIncomplete: (held, keptAs) => `${holdsInChinese[held]}有一部分无法读取。原文件保留为 ${keptAs}。`,
  listOfNewer: (writer) =>
    `上传列表由更新的版本 ${writer} 写入，因此保持原样；现在添加的上传会在 Longshore 关闭时被遗忘。`,
  listNotKept: (cause) => `上传列表无法保存：${whyInChinese(cause)}。现在添加的上传会在 Longshore 关闭时被遗忘。`,
  listRestored: (keptAs) => `上传列表已损坏，改用上一次更改之前的列表。损坏的文件保留为 ${listedInChinese(keptAs)}。`,
  listDamaged: (keptAs) => `上传列表无法读取，可能缺少一些上传。损坏的文件保留为 ${listedInChinese(keptAs)}。`,
  listIncomplete: (keptAs) => `上传列表有一部分无法读取。原文件保留为 ${listedInChinese(keptAs)}。`,
  ownReceiverRefuses: (cause) => `本应用无法发送到它自己的接收端：${whyInChinese(cause)}`,
  unencryptedAsBefore: (address) =>
    `发送到 ${address} 的内容和以前一样没有加密。要加密，请不带“--plaintext”启动该接收端，再用配对码重新添加。`,
  keyNotKept: '系统密钥库拒绝保存接收端的密钥。下次启动 Longshore 后需要重新配对。',
  keysNotLocked: '此系统没有 Longshore 可用的密钥库。接收端的密钥保存在只有你的账户可读、但未加锁的文件中。',
  warning: (warning) =>
    warning.reason === 'LIST_NOT_SAVED'
      ? `Longshore 无法保存上传列表：${whyInChinese(warning.cause)}。上传会继续，但未完成的会在 Longshore 关闭时被遗忘。`
      : `${warning.receiver} 只支持基本协议：不会逐块确认，空文件夹不会发送，也无法保证冲突处理方式。`,
  skipped: ({ reason }) => skippedInChinese[reason],
  notAdded: (named, more) => `未添加：${named.join(' ')}${more > 0 ? ` 以及另外 ${more} 个。` : ''}`,
  noReceiver: '请先选择接收端：添加一个，或打开“在这台电脑上接收”。',
  receiverForgotten: '这个接收端已被忘记。请重新添加。',
  fileNotWritten: (cause) => `文件无法写入：${whyInChinese(cause)}。`,
  folderNotOpened: (problem) => `文件夹无法打开：${problem}`,
  loginItemUnknown: '在此系统上，请把 Longshore 加入会话启动程序。',
}

/** For who has no language to choose: tests, and programs that others read. */
export function inEnglish(): NoticeWords {
  return english
}

/** The words in the chosen language, or in the one that suits a system that speaks `systemLocale` (a BCP 47 tag). */
export function noticeWords(choice: LanguageChoice, systemLocale: string): NoticeWords {
  return isChinese(choice, systemLocale) ? chinese : english
}

/** Whether the main process speaks Chinese. */
export function isChinese(choice: LanguageChoice, systemLocale: string): boolean {
  const language = choice === 'system' ? systemLocale : choice
  return language.toLowerCase().split('-')[0] === 'zh'
}
