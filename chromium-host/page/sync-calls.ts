import { ifStillThere } from '../browser/cdp.ts'
import type { PageSession } from './page-session.ts'
import { PAGE_NAMES } from './preload-runtime.ts'

type Paused = { readonly callFrames: readonly { readonly callFrameId: string; readonly functionName: string }[] }
type RemoteValue = { readonly value?: unknown; readonly objectId?: string }

/**
 * Answers the two calls of a preload script that must return at once: `webUtils.getPathForFile` and
 * `ipcRenderer.sendSync`. The page stops at a `debugger` statement; while it stands still the answer is put into a
 * global, and it goes on.
 *
 * @param sendSync gets the message as JSON text and returns the reply as JSON text.
 */
export async function answerSyncCalls(
  page: PageSession,
  sendSync: (message: string) => Promise<string>,
): Promise<void> {
  page.on<Paused>('Debugger.paused', ({ callFrames: [frame] }) => {
    const answered = frame?.functionName === PAGE_NAMES.sync ? answer(frame.callFrameId) : Promise.resolve()
    answered
      .catch((error: Error) => console.error(`A synchronous call of the preload script failed: ${error.message}`))
      .finally(() => ifStillThere(page.send('Debugger.resume')))
  })
  await page.send('Debugger.enable')

  async function answer(callFrameId: string): Promise<void> {
    const read = async (expression: string): Promise<RemoteValue> =>
      (await page.send<{ result: RemoteValue }>('Debugger.evaluateOnCallFrame', { callFrameId, expression })).result
    const op = await read(`globalThis.${PAGE_NAMES.syncOp}`)
    const argument = await read(`globalThis.${PAGE_NAMES.syncArgument}`)
    const result =
      op.value === 'path'
        ? (await page.send<{ path: string }>('DOM.getFileInfo', { objectId: argument.objectId })).path
        : await sendSync(String(argument.value))
    await read(`globalThis.${PAGE_NAMES.syncResult} = ${JSON.stringify(result)}`)
  }
}
