import type { ResumeRecord, ResumeStore } from '../../main/engine/engine.ts'

/** A resume store that lives as long as the test: handing it to a second engine is a restart of the app. */
export function memoryResumeStore(): ResumeStore & { readonly records: ReadonlyMap<string, ResumeRecord> } {
  const records = new Map<string, ResumeRecord>()
  return {
    records,
    list: async () => [...records.values()],
    async put(changed) {
      for (const record of changed) records.set(record.id, record)
    },
    async remove(ids) {
      for (const id of ids) records.delete(id)
    },
  }
}
