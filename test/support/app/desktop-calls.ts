import type { LaunchedApp } from './launch-app.ts'

/** Something the app asked of the desktop, as far as it can be written down. */
export type DesktopCall = { readonly name: string; readonly args: readonly unknown[] }

/**
 * What the app asked of the desktop so far by calls whose names begin so; nothing where it runs in Electron itself,
 * which writes nothing down.
 */
export function desktopCalls({ main }: Pick<LaunchedApp, 'main'>, prefix: string): Promise<readonly DesktopCall[]> {
  return main((electron, begin) => {
    type Call = { name: string; args: unknown[] }
    const { calls } = (electron as unknown as { __host?: { calls: Call[] } }).__host ?? { calls: [] }
    return calls
      .filter(({ name }) => name.startsWith(begin))
      .map(({ name, args }) => ({
        name,
        args: args.map((arg) => (typeof arg === 'object' && arg?.constructor !== Object ? undefined : arg)),
      }))
  }, prefix)
}

/** Clicks an item of the menu that the tray has now. */
export function clickInTray({ main }: Pick<LaunchedApp, 'main'>, id: string): Promise<void> {
  return main((electron, item) => {
    type Menu = { getMenuItemById(id: string): { click(): void } | null }
    const { calls } = (electron as unknown as { __host: { calls: { name: string; args: unknown[] }[] } }).__host
    const menu = calls.findLast(({ name }) => name === 'Tray.setContextMenu')?.args[0] as Menu | undefined
    const found = menu?.getMenuItemById(item)
    if (!found) throw new Error(`The tray has no ${item}`)
    found.click()
  }, id)
}
