import type { Evidence, Failure, Run } from '../evidence.ts'
import type { Rule, Violation } from './violation.ts'

/** Told to end by SIGTERM or SIGINT. */
const INTERRUPTED = 130

/** What a run may say of a file while receivers come and go and files change; after the faults none of it is left. */
const PASSING_REASONS = new Set([
  'UNREACHABLE',
  'SOURCE_CHANGED',
  'SOURCE_MISSING',
  // A network that flips bits may do so twice in a row, and then a person is told.
  'FINAL_CHECKSUM',
  'CHUNK_CHECKSUM',
])

/** What each process of a sender said and how it ended, and whether its sources are as they were. */
export function judgeRuns(evidence: Evidence): Violation[] {
  const last = new Map(evidence.runs.map((run) => [run.sender.name, run]))
  return [
    ...evidence.runs.flatMap((run) => [
      ...contentOfDones(run, evidence),
      ...endOf(run),
      ...failuresOf(run),
      ...outputOf(run),
    ]),
    ...[...last.values()].flatMap(conclusionOf),
    ...sourcesOf(evidence),
  ]
}

/** A failure that is the right answer, and stays it however often the command is run. */
function isLegitimate({ sender }: Pick<Run, 'sender'>, { reason }: Failure): boolean {
  return sender.policy === 'refuse' && reason === 'TARGET_EXISTS'
}

/** A run that need not be repeated: nobody stopped it, and no later one would fare better. */
export function endedWell(run: Run): boolean {
  return (run.exit === 0 || run.exit === 1) && run.failures.every((failure) => isLegitimate(run, failure))
}

/** A `done` tells the MD5 of what its source held at some moment of that process's life, and its size. */
function contentOfDones(run: Run, { sources }: Evidence): Violation[] {
  const wrong = (what: string) => violation('done of other content', run, what)
  return run.dones.flatMap(({ path, md5, bytes }) => {
    const entry = run.sender.entries.get(path)
    if (entry === undefined) return [wrong(`“${path}” is nothing that the command names`)]
    const versions = sources.get(entry.source)?.versions ?? []
    const ofThatTime = versions.filter(({ fromMs, untilMs }) => fromMs <= run.endedMs && untilMs >= run.startedMs)
    const told = ofThatTime.find((version) => version.md5 === md5)
    if (told !== undefined)
      return told.bytes === bytes ? [] : [wrong(`“${path}” has ${told.bytes} bytes, and ${bytes} are told`)]
    const age = versions.findIndex((version) => version.md5 === md5)
    const whose =
      age === -1 ? 'never was its content' : `was its content ${age + 1} of ${versions.length}, at another time`
    return [wrong(`“${path}” is told to be done with ${md5}, which ${whose}`)]
  })
}

function endOf(run: Run): Violation[] {
  const { exit, signals, hung, failures, summary } = run
  if (hung) return [violation('ending', run, `did not end in time; said: ${run.stderr.slice(-300)}`)]
  const wrong = (what: string) => [violation('ending', run, what)]
  // Before it has begun to listen for it, a signal ends it as it ends any program.
  if (typeof exit === 'string') return signals.includes(exit) ? [] : wrong(`was ended by ${exit}, which nobody sent`)
  if (exit === INTERRUPTED) {
    if (!signals.some((signal) => signal === 'SIGTERM' || signal === 'SIGINT'))
      return wrong('says that it was interrupted, and was not')
    return summary === undefined ? [] : wrong('was interrupted and tells a summary')
  }
  const expected = failures.length === 0 ? 0 : 1
  if (exit !== expected)
    return wrong(`exit status ${exit} with ${failures.length} failed; said: ${run.stderr.slice(-300)}`)
  return summary === undefined ? wrong(`exit status ${exit} without a summary`) : []
}

function failuresOf(run: Run): Violation[] {
  return run.failures.flatMap((failure) => {
    if (isLegitimate(run, failure) || (!run.isAfterFaults && PASSING_REASONS.has(failure.reason))) return []
    const { path, reason, message } = failure
    return [violation('ending', run, `“${path}” failed with ${reason}: ${message}`)]
  })
}

/** When all faults are over, the same command ends well. */
function conclusionOf(run: Run): Violation[] {
  return endedWell(run) ? [] : [violation('ending', run, `was its last run and did not end well: ${run.exit}`)]
}

function outputOf(run: Run): Violation[] {
  const { dones, failures, summary, stderr, strayLines, sender } = run
  const wrong = (what: string) => violation('output', run, what)
  const found: Violation[] = []
  if (/^\s+at \S.*:\d+(:\d+)?\)?$/m.test(stderr)) found.push(wrong(`a stack trace: ${stderr.slice(0, 500)}`))
  // What was killed in the middle of a line has not said it.
  const isWhole = typeof run.exit === 'number'
  if (isWhole && strayLines.length > 0) found.push(wrong(`a line that is no JSON: ${strayLines[0]}`))
  if (summary === undefined) return found
  const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0)
  const told = [summary.files, summary.failed, summary.bytes]
  const counted = [dones.length + failures.length, failures.length, sum(dones.map(({ bytes }) => bytes))]
  if (String(told) !== String(counted))
    found.push(wrong(`the summary tells files, failed, bytes ${told}; its lines make ${counted}`))
  const bytesSent = sum(dones.map((line) => line.bytesSent))
  // Bytes of files that failed in the end were sent too.
  if (failures.length === 0 ? summary.bytesSent !== bytesSent : summary.bytesSent < bytesSent)
    found.push(wrong(`the summary tells ${summary.bytesSent} bytes sent; its lines make ${bytesSent}`))
  for (const [path, { targets }] of sender.entries) {
    const lines = [...dones, ...failures].filter((line) => line.path === path).length
    // A receiver that is not found at all is told for what the command names, not for each file in it.
    if (lines === 0 && failures.some((failure) => path.startsWith(`${failure.path}/`))) continue
    // The same source named twice may be sent once.
    if (lines < 1 || lines > targets.length)
      found.push(wrong(`“${path}” has ${lines} ends, expected ${targets.length}`))
  }
  return found
}

function sourcesOf({ sources }: Evidence): Violation[] {
  return [...sources].flatMap(([path, { versions, now, modifiedAtMs }]): Violation[] => {
    const rule = 'source touched'
    if (now === undefined) return [{ rule, what: `${path} is gone` }]
    if (now.md5 !== versions.at(-1)?.md5) return [{ rule, what: `${path} has other content` }]
    return now.modifiedAtMs === modifiedAtMs ? [] : [{ rule, what: `${path} has another modification time` }]
  })
}

function violation(rule: Rule, { sender, number }: Run, what: string): Violation {
  return { rule, what: `${sender.name} (${sender.policy}), run ${number}: ${what}` }
}
