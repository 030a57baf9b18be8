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

/** What is never sent of a state folder, and of the one that is used where nothing is said; somebody may have chosen a folder with other things in it. */
export function ownState(stateDirectory: string): NonNullable<EngineDeps['ownState']> {
  return [stateDirectory, DEFAULT].map((path) => ({ path, names: ['receivers.json', 'sends', SENDER_MARK.name] }))
}
