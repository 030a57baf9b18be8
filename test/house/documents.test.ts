import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { sourceText } from '../support/sources.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAMS = ['proto', 'server', 'main', 'renderer', 'cli', 'chromium-host', 'test', 'bench', 'scripts', 'deploy']
const NOT_OURS = /(^|\/)(node_modules|out|dist|\.git|test-results)$/

/** Folders of generated code, and of data and style sheets, which need no page. */
const WITHOUT_PAGE = /^proto\/generated|\/fixtures\/|^main\/fixtures|^renderer\/styles/

/** A folder with fewer files is explained by the page of the folder above it. */
const FEWEST_FILES = 4
const MOST_LINES = 15

/** Every folder below one of the repository, the folder itself included, relative to the repository. */
function foldersBelow(folder: string): string[] {
  const inside = readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .filter((path) => !NOT_OURS.test(path))
  return [folder, ...inside.flatMap(foldersBelow)]
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}

/** Every document of the repository, relative to it. */
function documents(): string[] {
  return foldersBelow('.').flatMap((folder) =>
    filesIn(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  )
}

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
  const astray = documents().flatMap((document) =>
    linksOf(document)
      .filter((target) => !leadsSomewhere(document, target))
      .map((target) => `${document} -> ${target}`),
  )
  expect(astray).toEqual([])
})

test('every room begins with a short page about itself', () => {
  const rooms = PROGRAMS.flatMap(foldersBelow).filter(
    (folder) => !WITHOUT_PAGE.test(folder) && filesIn(folder).length >= FEWEST_FILES,
  )
  const wanting = rooms.filter((room) => {
    if (!filesIn(room).includes('README.md')) return true
    const lines = sourceText(join(room, 'README.md')).trimEnd().split('\n')
    return lines.length > MOST_LINES || !lines[0]?.startsWith(`# ${room}: `)
  })
  expect(wanting).toEqual([])
})

test('the search for links is not blind: it sees a link, a picture, a heading and a folder', () => {
  expect(linksOf('README.md')).toEqual(expect.arrayContaining(['docs/images/window.png', 'docs/security.md', 'server']))
  expect(anchorsOf('docs/operating.md')).toContain('one-receiver-in-a-place')
  expect(leadsSomewhere('docs/cluster.md', 'operating.md#one-receiver-in-a-place')).toBe(true)
  expect(leadsSomewhere('docs/cluster.md', 'operating.md#two-receivers-in-a-place')).toBe(false)
  expect(leadsSomewhere('docs/cluster.md', 'nowhere.md')).toBe(false)
})
