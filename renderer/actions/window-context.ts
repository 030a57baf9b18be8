import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { WindowState, WindowStore } from '../model/store.ts'
import type { Actions } from './actions.ts'

/** How components reach the store and the actions. */
export const WindowContext = createContext<{ readonly store: WindowStore; readonly actions: Actions } | undefined>(
  undefined,
)

/** A part of what the window shows; the component renders again when that part is another object. */
export function useWindow<T>(select: (state: WindowState) => T): T {
  return useStore(useProvided().store, select)
}

/** Asks what the window shows at the moment something happens, without rendering again for it. */
export function useStoreState(): () => WindowState {
  return useProvided().store.getState
}

/** What the person can do. The same object for the life of the window. */
export function useActions(): Actions {
  return useProvided().actions
}

function useProvided() {
  const provided = useContext(WindowContext)
  if (provided === undefined) throw new Error('A component of the window was rendered outside <WindowContext>')
  return provided
}
