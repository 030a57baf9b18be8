import { Option } from 'commander'
import envPaths from 'env-paths'

/** Where the sending side of the terminal program remembers things. */
export function stateDirOption(): Option {
  return new Option('--state-dir <dir>', 'where paired receivers and unfinished uploads are remembered').default(
    envPaths('longshore', { suffix: '' }).data,
    'your data folder',
  )
}
