import type * as Electron from 'electron'
import { record } from '../program/calls.ts'
import { strictEmitter } from '../program/unimplemented.ts'

type Implemented = Pick<Electron.Notification, 'show' | 'close' | 'title' | 'body' | 'silent'>

/** `electron.Notification`: recorded, and reported as shown; tests emit `click` themselves. */
export class Notification extends strictEmitter('Notification') implements Implemented {
  static isSupported(): boolean {
    return true
  }
  title: string
  body: string
  silent: boolean

  constructor({ title = '', body = '', silent = false }: Electron.NotificationConstructorOptions = {}) {
    super()
    this.title = title
    this.body = body
    this.silent = silent
  }
  show(): void {
    record('Notification.show', { title: this.title, body: this.body })
    queueMicrotask(() => this.emit('show', {}))
  }
  close(): void {
    this.emit('close', {})
  }
}
