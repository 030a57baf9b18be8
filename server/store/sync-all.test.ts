import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sandbox } from '../fixtures/receiving.ts'
import { syncAll } from './sync-all.ts'

test('without the command, each file and folder is synced, whatever stands in the place of some by now', async () => {
  const root = await sandbox()
  await mkdir(join(root, 'folder'))
  await writeFile(join(root, 'folder/file'), 'x')
  await symlink('/dev/zero', join(root, 'folder/link'))
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'folder/pipe')])
  vi.stubEnv('PATH', join(root, 'no programs'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const paths = ['file', 'link', 'pipe', 'gone'].map((name) => ['folder', name])
  await expect(syncAll(root, paths)).resolves.toBeUndefined()
  await symlink(join(root, 'folder'), join(root, 'elsewhere'))
  await expect(syncAll(root, [['elsewhere', 'file']])).rejects.toThrow('symbolic link')
})
