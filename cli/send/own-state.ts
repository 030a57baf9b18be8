import { type EngineDeps, SENDER_MARK } from '../../main/engine/engine.ts'
import { DEFAULT_STATE_DIRECTORY } from '../shared/state-dir.ts'

/**
 * The names in a state folder that are never sent; also for the default folder. A folder that a person chose may have
 * other things in it.
 */
export function ownState(stateDirectory: string): NonNullable<EngineDeps['ownState']> {
  return [stateDirectory, DEFAULT_STATE_DIRECTORY].map((path) => ({
    path,
    names: ['receivers.json', 'sends', SENDER_MARK.name],
  }))
}
