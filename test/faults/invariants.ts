import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { asked, connect } from '../../server/fixtures/client.ts'
import { rememberedIn } from './ledger-copy.ts'
import { CANARY } from './made-source.ts'
import { openDescriptors } from './process-facts.ts'
import { BYSTANDER, type Scene, type SceneReceiver } from './scene.ts'
import { finalFiles, type Tree } from './tree.ts'

/** How a case must have ended. */
export type Ending = {
  /** The tree as `scene.before` told it when the case began. */
  readonly before: Tree
  /** The receiver that runs at the end. */
  readonly receiver: SceneReceiver
  /** Sources that must be there, by the name they must have on the receiver. */
  readonly arrived: Readonly<Record<string, string>>
  /** Names that arrived, were checked, and were removed by the case. @default none */
  readonly retired?: readonly string[]
}

/**
 * What must hold after every case, whatever went wrong in it:
 *
 * 1. no file under a final name is incomplete or wrong, and 2. all that must have arrived is there;
 * 3. nothing outside the receiving folder changed, and 4. nothing in it that was there before;
 * 5. what the sender called done is what the receiver holds;
 * 6. the receiver holds no more files open than before, and no process left a part, a probe or a lock;
 * 7. what is unfinished can be cancelled, and then nothing is left of it;
 * 8. nobody wrote content into its output.
 */
export async function expectInvariants(
  scene: Scene,
  { before, receiver, arrived, retired = [] }: Ending,
): Promise<void> {
  expect(await finalFilesOf(scene), 'the final files').toEqual(
    Object.fromEntries(Object.entries(arrived).map(([name, source]) => [name, scene.sources.get(source)])),
  )
  expect(await scene.before(), 'what nobody may touch').toEqual(before)
  expectDoneIsTrue(scene, new Set([...Object.keys(arrived), ...retired]))
  await expectIdle(receiver)
  receiver.child.kill('SIGTERM')
  expect(await receiver.ended(), receiver.errors()).toBe(0)
  await expectCancellable(scene)
  const leftovers = readdirSync(join(scene.box, '.longshore')).filter((name) => name.startsWith('probe'))
  expect(leftovers, 'probes left behind').toEqual([])
  expectNoContentIn(scene)
}

/**
 * No file may carry a final name before all of it is right: this holds at every moment, also while a case is under way.
 */
export async function expectNoWrongFile(scene: Scene): Promise<void> {
  const sound = new Set(scene.sources.values())
  for (const [name, sha256] of Object.entries(await finalFilesOf(scene))) {
    expect(sound.has(sha256), `${name} is a source, whole`).toBe(true)
  }
}

/**
 * Every chunk that the ledger of a dead receiver calls stored is in its part, with the bytes of the source.
 *
 * @returns how many bytes are stored of each unfinished upload, by the name of its file, its folders left out.
 */
export async function expectStoredBytes(scene: Scene): Promise<ReadonlyMap<string, number>> {
  const stored = new Map<string, number>()
  for (const { record, chunks } of await rememberedIn(scene.box)) {
    const name = record.path.at(-1) ?? ''
    stored.set(
      name,
      chunks.reduce((sum, { start, end }) => sum + end - start, 0),
    )
    if (chunks.length === 0 || record.state.kind !== 'receiving') continue
    const part = openSync(join(scene.box, '.longshore/parts', `${record.fileId}.part`), 'r')
    const source = openSync(join(scene.laptop, name), 'r')
    for (const { start, end } of chunks) {
      const [there, here] = [readAt(part, start, end), readAt(source, start, end)]
      expect(there.equals(here), `the chunk of ${name} at ${start}`).toBe(true)
    }
    closeSync(part)
    closeSync(source)
  }
  return stored
}

function readAt(file: number, start: number, end: number): Buffer {
  const data = Buffer.alloc(end - start)
  const bytesRead = readSync(file, data, 0, data.length, start)
  return data.subarray(0, bytesRead)
}

async function finalFilesOf(scene: Scene): Promise<Record<string, string>> {
  const { [BYSTANDER]: _, ...files } = await finalFiles(scene.box)
  return files
}

function expectDoneIsTrue({ processes }: Scene, arrived: ReadonlySet<string>): void {
  for (const { lines } of processes) {
    for (const line of lines.map((text) => JSON.parse(text))) {
      if (line.event !== 'done') continue
      expect(arrived.has(line.storedAs), `${line.path}, called done, is there as ${line.storedAs}`).toBe(true)
      expect(line).toMatchObject({ verified: true })
    }
  }
}

/** Connections of senders that ended close a moment later. */
async function expectIdle({ child, idleDescriptors }: SceneReceiver): Promise<void> {
  if (idleDescriptors === undefined) return
  const leaked = () => (openDescriptors(child.pid) ?? 0) - idleDescriptors
  await expect.poll(leaked, { timeout: 60_000, message: 'descriptors left open' }).toBeLessThanOrEqual(2)
}

/** A receiver that starts again forgets whatever is unfinished when it is asked to. */
async function expectCancellable(scene: Scene): Promise<void> {
  const unfinished = await rememberedIn(scene.box)
  const receiver = await scene.receive()
  const client = connect(receiver.port)
  for (const { record } of unfinished) await asked((done) => client.abortUpload({ fileId: record.fileId }, done))
  client.close()
  receiver.child.kill('SIGTERM')
  expect(await receiver.ended(), receiver.errors()).toBe(0)
  expect(await rememberedIn(scene.box), 'uploads that could not be cancelled').toEqual([])
  expect(readdirSync(join(scene.box, '.longshore/parts')), 'parts left behind').toEqual([])
}

function expectNoContentIn({ processes }: Scene): void {
  const forms = [CANARY, Buffer.from(CANARY).toString('hex'), Buffer.from(CANARY).toString('base64').slice(0, -4)]
  for (const { lines, errors } of processes) {
    const output = lines.join('\n') + errors()
    for (const form of forms) expect(output.includes(form), 'content in the output').toBe(false)
  }
}
