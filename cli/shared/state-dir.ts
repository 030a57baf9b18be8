import { Option } from 'commander'
import envPaths from 'env-paths'

/** Where things are remembered unless `--state-dir` says otherwise. */
export const DEFAULT_STATE_DIRECTORY = envPaths('longshore', { suffix: '' }).data

/** Where the sending side of the terminal program remembers things. */
export function stateDirOption(): Option {
  return new Option('--state-dir <dir>', 'where paired receivers and unfinished uploads are remembered').default(
    DEFAULT_STATE_DIRECTORY,
    'your data folder',
  )
}
