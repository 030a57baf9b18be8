import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type ESTree, parseSync } from 'vite'

/** The repository. */
export const ROOT = join(import.meta.dirname, '../..')
const ROOMS = ['main', 'renderer', 'server', 'cli', 'chromium-host', 'proto']

/** Every TypeScript source of the rooms, relative to the repository, tests and generated code left out. */
export function sources(rooms: readonly string[] = ROOMS): string[] {
  return rooms
    .flatMap((room) => readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter(
      (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^proto\/generated|\/(testing|fixtures)\/|\.d\.ts$/.test(file),
    )
    .sort()
}

/** What git ignores, and its own folder. */
const LEFT_OUT = new Set([
  '.git',
  ...readFileSync(join(ROOT, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.replaceAll('/', '')),
])

/** Every file of the repository, relative to it. */
export function everyFile(folder = '.'): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !LEFT_OUT.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? everyFile(path) : [path]
    })
}

/** The text of a file of the repository. */
export function sourceText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** One call or construction, with everything as it is written. */
export type Call = { readonly file: string; readonly callee: string; readonly args: readonly string[] }

/** What a source says, comments left out. */
export type Said = {
  readonly file: string
  readonly calls: readonly Call[]
  readonly news: readonly Call[]
  /** Every identifier, also as the name of a property. */
  readonly names: ReadonlySet<string>
  /** Every text, template parts and text of JSX included. */
  readonly texts: readonly string[]
  /** Every name imported from elsewhere, as `name from module`. */
  readonly imports: readonly string[]
}

/** Reads one source. Throws when it does not parse. */
export function readSource(file: string): Said {
  const text = sourceText(file)
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const written = ({ start, end }: ESTree.Span): string => text.slice(start, end)
  const [calls, news, texts, imports]: [Call[], Call[], string[], string[]] = [[], [], [], []]
  const names = new Set<string>()
  for (const node of nodesOf(program)) {
    switch (node.type) {
      case 'CallExpression':
      case 'NewExpression': {
        const { callee, arguments: args } = node
        const found = node.type === 'CallExpression' ? calls : news
        found.push({ file, callee: written(callee), args: args.map(written) })
        break
      }
      case 'Identifier':
        names.add(node.name)
        break
      case 'Literal':
        if (typeof node.value === 'string') texts.push(node.value)
        break
      case 'TemplateElement':
        texts.push(node.value.raw)
        break
      case 'JSXIdentifier':
        names.add(node.name)
        break
      case 'JSXText':
        texts.push(node.value)
        break
      case 'ImportDeclaration':
        imports.push(...node.specifiers.map((specifier) => `${written(specifier)} from ${node.source.value}`))
        break
    }
  }
  return { file, calls, news, names, texts, imports }
}

/** A node and everything below it, in the order of the source. */
function* nodesOf(value: unknown): Generator<ESTree.Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item)
  else if (typeof value === 'object' && value !== null && 'type' in value) {
    yield value as ESTree.Node
    for (const part of Object.values(value)) yield* nodesOf(part)
  }
}
