/** One thing that was promised and not kept. */
export type Violation = { readonly rule: Rule; readonly what: string }

export type Rule =
  /** A `done` names content that its source did not have while that process ran. */
  | 'done of other content'
  /** A `done` names something that is not there, or that is not what the log or the ledger say. */
  | 'done without a file'
  /**
   * Files replaced each other where both had to be kept, or something was replaced that nobody was allowed to replace.
   */
  | 'lost file'
  /** What the log says last of a path is not what is there, or something is there that the log does not know. */
  | 'log and disk differ'
  /** Two names in one folder are one name on some system. */
  | 'names that fold equal'
  /** The same command of skip-same stored something again. */
  | 'stored again'
  /** What somebody moved away is back. */
  | 'came back'
  /** `longshore verify` complains of a file that nobody touched. */
  | 'verify complains'
  /** Unfinished work of nobody is still there. */
  | 'left behind'
  /** A run did not end, not in time, not with the right status, or never well. */
  | 'ending'
  /** What a run printed does not agree with itself. */
  | 'output'
  /** A source was changed. */
  | 'source touched'
  /** A receiver did not end as it should, or a second one was not refused. */
  | 'receiver'
