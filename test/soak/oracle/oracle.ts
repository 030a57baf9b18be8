import type { Evidence } from '../evidence.ts'
import { judgeFolder } from './folder.ts'
import { judgeNames } from './names.ts'
import { judgeRuns } from './runs.ts'
import type { Violation } from './violation.ts'

/** Everything that a round shows to be wrong. It knows nothing of how the round was played. */
export function judge(evidence: Evidence): readonly Violation[] {
  return [...judgeRuns(evidence), ...judgeNames(evidence), ...judgeFolder(evidence)]
}
