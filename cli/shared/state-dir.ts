import { Option } from 'commander'
import envPaths from 'env-paths'
import { type EngineDeps, SENDER_MARK } from '../../main/engine/engine.ts'

const DEFAULT = envPaths('longshore', { suffix: '' }).data

/** Where the sending side of the terminal program remembers things. */
export function stateDirOption(): Option {
  return new Option('--state-dir <dir>', 'where paired receivers and unfinished uploads are remembered').default(
    DEFAULT,
    'your data folder',
  )
}

/**
 * The names in a state folder that are never sent; also for the default folder. A folder that a person chose may have
 * other things in it.
 */
export function ownState(stateDirectory: string): NonNullable<EngineDeps['ownState']> {
  return [stateDirectory, DEFAULT].map((path) => ({ path, names: ['receivers.json', 'sends', SENDER_MARK.name] }))
}
