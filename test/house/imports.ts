import { dirname, join } from 'node:path'
import { sourceText } from '../support/sources.ts'

/** One file of the repository that uses a module: another file, relative to the repository, or a package. */
export type Import = { readonly from: string; readonly to: string }

/** Every module that a source uses, for its types only included. */
export function importsOf(file: string): Import[] {
  const text = sourceText(file)
  const pattern = /^\s*(?:import|export)\b[^'"]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
  return [...text.matchAll(pattern)].map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? ''
    return { from: file, to: specifier.startsWith('.') ? join(dirname(file), specifier) : specifier }
  })
}

/** Each circle of files that need one another, as the way around it: the first file comes last again. */
export function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  const follow = (file: string, way: readonly string[]): void => {
    const seen = way.indexOf(file)
    if (seen >= 0) found.push([...way.slice(seen), file])
    if (seen >= 0 || done.has(file)) return
    for (const next of imports.get(file) ?? []) follow(next, [...way, file])
    done.add(file)
  }
  for (const file of imports.keys()) follow(file, [])
  return found
}
