import type * as Electron from 'electron'
import { record } from '../program/calls.ts'
import { strictEmitter } from '../program/unimplemented.ts'
import { BrowserWindow } from './browser-window.ts'

type Template = readonly (Electron.MenuItemConstructorOptions | Electron.MenuItem)[]
type ImplementedItem = Pick<Electron.MenuItem, 'checked' | 'enabled' | 'id' | 'label' | 'type' | 'visible'>
type Implemented = { [M in 'append' | 'insert' | 'popup' | 'closePopup']: unknown } & { items: MenuItem[] }

/** `electron.MenuItem`: what a test can look at and click. */
export class MenuItem extends strictEmitter('MenuItem') implements ImplementedItem {
  readonly id: string
  readonly type: Electron.MenuItem['type']
  readonly role: Electron.MenuItemConstructorOptions['role']
  readonly accelerator: Electron.MenuItemConstructorOptions['accelerator']
  readonly submenu: Menu | undefined
  readonly click: () => void
  label: string
  enabled: boolean
  visible: boolean
  checked: boolean

  constructor(options: Electron.MenuItemConstructorOptions) {
    super()
    this.id = options.id ?? ''
    this.type = options.type ?? (options.submenu ? 'submenu' : 'normal')
    this.role = options.role
    this.accelerator = options.accelerator
    this.submenu = Array.isArray(options.submenu) ? Menu.buildFromTemplate(options.submenu) : undefined
    this.label = options.label ?? options.role ?? ''
    this.enabled = options.enabled ?? true
    this.visible = options.visible ?? true
    this.checked = options.checked ?? false
    this.click = () => {
      const window = BrowserWindow.getFocusedWindow() ?? undefined
      options.click?.(this as unknown as Electron.MenuItem, window as Electron.BaseWindow | undefined, {})
    }
  }
}

/** `electron.Menu`: kept, never drawn; Chromium's app windows have no menu bar, so shortcuts do nothing either. */
export class Menu extends strictEmitter('Menu') implements Implemented {
  static #applicationMenu: Menu | null = null
  readonly items: MenuItem[] = []

  static buildFromTemplate(template: Template): Menu {
    const menu = new Menu()
    for (const item of template) menu.append(item)
    return menu
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.#applicationMenu = menu
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#applicationMenu
  }

  append(item: Template[number] | MenuItem): void {
    this.insert(this.items.length, item)
  }
  insert(position: number, item: Template[number] | MenuItem): void {
    const added = item instanceof MenuItem ? item : new MenuItem(item as Electron.MenuItemConstructorOptions)
    this.items.splice(position, 0, added)
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
  popup(options?: Electron.PopupOptions): void {
    record('Menu.popup', this, options)
  }
  closePopup(): void {
    record('Menu.closePopup', this)
  }
}
