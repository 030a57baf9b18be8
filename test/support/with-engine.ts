import { onTestFinished } from 'vitest'
import type { UploadSnapshot, UploadStatus } from '../../main/contract/contract.ts'
import { createEngine, type Engine, type EngineDeps } from '../../main/engine/engine.ts'
import { memoryResumeStore } from './memory-resume-store.ts'

/** An engine that is closed after the test. */
export async function withEngine(deps: Partial<EngineDeps> = {}): Promise<Engine> {
  const engine = await createEngine({ resumeStore: memoryResumeStore(), ...deps })
  onTestFinished(() => engine.close())
  return engine
}

/**
 * Waits until every upload of the engine fits; answers them in queue order. Fails after `withinMs` with what there was.
 */
export function untilAll(
  engine: Engine,
  fits: (upload: UploadSnapshot) => boolean,
  withinMs = 30_000,
): Promise<readonly UploadSnapshot[]> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const uploads = engine.list()
      if (uploads.length === 0 || !uploads.every(fits)) return
      stop()
      clearTimeout(timer)
      resolve(uploads)
    }
    const stop = engine.onChange(look)
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`Still ${JSON.stringify(engine.list().map(({ path, status }) => [path, status]))}`))
    }, withinMs)
    look()
  })
}

export type StatusOf<K extends UploadStatus['kind']> = Extract<UploadStatus, { kind: K }>

/** Waits until every upload is of this kind and answers their statuses. */
export async function untilKind<K extends UploadStatus['kind']>(
  engine: Engine,
  kind: K,
): Promise<readonly StatusOf<K>[]> {
  const uploads = await untilAll(engine, ({ status }) => status.kind === kind)
  return uploads.map(({ status }) => status as StatusOf<K>)
}
