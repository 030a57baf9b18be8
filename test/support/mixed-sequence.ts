import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/**
 * Spreads the files of each project evenly over the run, so that files that compute run beside files that wait. Within
 * a project the longest come first, where a run before this one has told how long they take, and else the largest: the
 * end of a run is made of short ones.
 */
export class MixedSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ofProject = new Map<string, TestSpecification[]>()
    for (const file of await super.sort(files)) {
      const { name } = file.project
      ofProject.set(name, [...(ofProject.get(name) ?? []), file])
    }
    return [...ofProject.values()]
      .flatMap((ofOne) => ofOne.map((file, index) => ({ file, place: (index + 0.5) / ofOne.length })))
      .sort((one, other) => one.place - other.place)
      .map(({ file }) => file)
  }
}
