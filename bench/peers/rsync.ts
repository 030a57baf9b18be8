import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../run/child.ts'
import { freePort, untilListening } from '../run/free-port.ts'
import type { Peer } from '../run/peer.ts'

export const rsync = rsyncPeer({
  name: 'rsync',
  title: 'rsync -a --partial → rsync daemon',
  durable: 'no',
  args: [],
})

/** The same with what rsync offers for those who want files to survive a power cut. */
export const rsyncFsync = rsyncPeer({
  name: 'rsync-fsync',
  title: 'rsync -a --partial --fsync → rsync daemon',
  durable: 'files',
  args: ['--fsync'],
})

function rsyncPeer({
  args,
  ...words
}: Pick<Peer, 'name' | 'title' | 'durable'> & { readonly args: readonly string[] }): Peer {
  return {
    ...words,
    verified: 'on arrival',
    needs: ['rsync'],
    kind: 'program',
    async start(box, scratch) {
      mkdirSync(box, { recursive: true })
      const port = await freePort()
      const config = join(scratch, 'rsyncd.conf')
      writeFileSync(config, configuration(box))
      const at = ['--address=127.0.0.1', `--port=${port}`, `--config=${config}`]
      const child = start({ program: 'rsync', args: ['--daemon', '--no-detach', ...at] })
      await untilListening(child, port)
      return {
        receiver: { child, port },
        sender: async (path, to) => ({
          program: 'rsync',
          args: ['-a', '--partial', ...args, path, `rsync://127.0.0.1:${to}/box/`],
        }),
      }
    },
  }
}

function configuration(box: string): string {
  // As root it would become somebody who may not use our folder.
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  return [`uid = ${uid}`, `gid = ${gid}`, 'use chroot = no', '[box]', `path = ${box}`, 'read only = no', ''].join('\n')
}
