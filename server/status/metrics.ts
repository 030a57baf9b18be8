import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Counters } from '../upkeep/counters.ts'
import type { Watched } from './watched.ts'

/** The figures of a receiver in the text format of Prometheus, with those of its process. */
export function metricsOf({ receiver }: Watched): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const counted = (name: string, help: string, field: keyof Counters) => {
    let seen = 0
    const counter = new Counter({
      name,
      help,
      registers: [register],
      collect() {
        const value = receiver.counters()[field]
        counter.inc(value - seen)
        seen = value
      },
    })
  }
  counted('longshore_chunks_stored_total', 'Chunks that were checked and stored.', 'chunks')
  counted('longshore_chunk_bytes_stored_total', 'Bytes of chunks that were checked and stored.', 'chunkBytes')
  counted('longshore_files_finished_total', 'Files that were verified, durable and under their name.', 'files')
  counted('longshore_file_bytes_finished_total', 'Bytes of files that were finished.', 'fileBytes')
  const gauge = (name: string, help: string, value: () => number | Promise<number>) => {
    const made = new Gauge({
      name,
      help,
      registers: [register],
      async collect() {
        made.set(await value())
      },
    })
  }
  gauge(
    'longshore_uploads_in_progress',
    'Uploads that somebody is sending; 100 at most are told.',
    () => receiver.incoming().length,
  )
  gauge('longshore_free_bytes', 'Bytes that no unfinished upload has claimed.', () => receiver.freeBytes())
  return register
}
