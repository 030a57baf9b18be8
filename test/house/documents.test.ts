import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { everyFile, ROOT, sourceText } from '../support/sources.ts'
import { programOf } from './rooms.ts'

const PROGRAMS = ['proto', 'server', 'main', 'renderer', 'cli', 'chromium-host', 'test', 'bench', 'scripts', 'deploy']

/** Folders of generated code, and of data and style sheets, which need no page. */
const WITHOUT_PAGE = /^proto\/generated|\/fixtures\/|^main\/fixtures|^renderer\/styles/

/** A folder with fewer files is explained by the page of the folder above it. */
const FEWEST_FILES = 4
const MOST_LINES = 15

/** The names of the files of each folder of the repository. */
const filesIn = new Map<string, string[]>()
for (const file of everyFile()) filesIn.set(dirname(file), [...(filesIn.get(dirname(file)) ?? []), basename(file)])

/** Every document of the repository, relative to it. */
const documents = everyFile().filter((file) => file.endsWith('.md'))

const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')

/** What the links and pictures of a document name. */
function linksOf(document: string): string[] {
  return [...withoutCode(sourceText(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

/** The anchors of the headings of a document, as they are made where it is shown. */
function anchorsOf(document: string): string[] {
  const headings = sourceText(document)
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )
}

/** Whether a link leads somewhere. What is on the web is not asked. */
function leadsSomewhere(document: string, target: string): boolean {
  if (/^[a-z]+:/.test(target)) return true
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path))
  if (!existsSync(join(ROOT, file))) return false
  return anchor === undefined || (statSync(join(ROOT, file)).isFile() && anchorsOf(file).includes(anchor))
}

test('every link of every document leads somewhere', () => {
  const astray = documents.flatMap((document) =>
    linksOf(document)
      .filter((target) => !leadsSomewhere(document, target))
      .map((target) => `${document} -> ${target}`),
  )
  expect(astray).toEqual([])
})

test('every room begins with a short page about itself', () => {
  const rooms = [...filesIn].filter(
    ([folder, files]) =>
      PROGRAMS.includes(programOf(folder)) && !WITHOUT_PAGE.test(folder) && files.length >= FEWEST_FILES,
  )
  expect(rooms.length).toBeGreaterThan(PROGRAMS.length)
  const wanting = rooms.filter(([room, files]) => {
    if (!files.includes('README.md')) return true
    const lines = sourceText(join(room, 'README.md')).trimEnd().split('\n')
    return lines.length > MOST_LINES || !lines[0]?.startsWith(`# ${room}: `)
  })
  expect(wanting.map(([room]) => room)).toEqual([])
})

test('the search for links is not blind: it sees a link, a picture, a heading and a folder', () => {
  expect(linksOf('README.md')).toEqual(expect.arrayContaining(['docs/images/window.png', 'docs/security.md', 'server']))
  expect(anchorsOf('docs/operating.md')).toContain('one-receiver-in-a-place')
  expect(leadsSomewhere('docs/cluster.md', 'operating.md#one-receiver-in-a-place')).toBe(true)
  expect(leadsSomewhere('docs/cluster.md', 'operating.md#two-receivers-in-a-place')).toBe(false)
  expect(leadsSomewhere('docs/cluster.md', 'nowhere.md')).toBe(false)
})
