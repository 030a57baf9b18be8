import type { Locator, Page } from 'playwright-core'

type Point = { readonly x: number; readonly y: number }

/** A drag that is under way inside the page, and can be looked at before it ends. */
export type Drag = {
  over(point: Point): Promise<void>
  drop(): Promise<void>
}

/**
 * Begins to drag what is at the middle of `handle`. The browser is told to hand the drag over instead of starting one
 * of the system, which would have no mouse to follow.
 */
export async function startDrag(page: Page, handle: Locator): Promise<Drag> {
  const box = await handle.boundingBox()
  if (box === null) throw new Error('What is to be dragged is not visible')
  const start = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Input.setInterceptDrags', { enabled: true })
  const intercepted = new Promise<{ items: never[]; dragOperationsMask: number }>((resolve) => {
    cdp.on('Input.dragIntercepted', ({ data }) => resolve(data as never))
  })
  const mouse = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', { x, y }: Point) =>
    cdp.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1, clickCount: 1 })
  await mouse('mousePressed', start)
  await mouse('mouseMoved', { x: start.x + 4, y: start.y + 4 })
  await mouse('mouseMoved', { x: start.x + 12, y: start.y + 12 })
  const data = await intercepted
  let at: Point = start
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') => cdp.send('Input.dispatchDragEvent', { type, ...at, data })
  await send('dragEnter')
  return {
    async over(point) {
      at = point
      // Coming upon an element is told first, and being over it only from the next movement on.
      await send('dragOver')
      await send('dragOver')
    },
    async drop() {
      await send('drop')
      await mouse('mouseReleased', at)
      await cdp.detach()
    },
  }
}
