import type { Page } from '../page/page.ts'

type Property = 'openFile' | 'openDirectory' | 'multiSelections' | string

/**
 * Opens Chromium's own file chooser through a file field of the isolated world, which no page ever sees.
 * Resolves with absolute paths; with none when the person cancels.
 */
export async function chooseFiles(page: Page, properties: readonly Property[]): Promise<readonly string[]> {
  const wantsFolder = properties.includes('openDirectory')
  const wantsMany = properties.includes('multiSelections')
  const count = await page.channel.run<number>(`new Promise((resolve) => {
    const field = Object.assign(document.createElement('input'), { type: 'file' })
    field.multiple = ${wantsMany}
    field.webkitdirectory = ${wantsFolder}
    field.addEventListener('change', () => resolve(field.files.length))
    field.addEventListener('cancel', () => resolve(0))
    globalThis.__electronChosen = field
    field.click()
  })`)
  const paths: string[] = []
  for (let i = 0; i < count; i++) {
    const path = await page.channel.pathOfFile(`__electronChosen.files[${i}]`)
    if (wantsFolder) return [folderOf(path, await page.channel.run(`__electronChosen.files[0].webkitRelativePath`))]
    paths.push(path)
  }
  return paths
}

/** The chosen folder: Chromium lists its files, each with its path from that folder on, whose name comes first. */
function folderOf(path: string, relativePath: string): string {
  const belowFolder = relativePath.split('/').slice(1).join('/')
  return path.slice(0, path.length - belowFolder.length - 1)
}
