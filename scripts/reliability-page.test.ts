import { expect, test } from 'vitest'
import { MATRIX } from '../test/faults/matrix.ts'
import { latest, readResults, reliabilityPage } from './reliability-page.ts'

const circumstances = { date: '2026-01-02', machine: 'a machine', command: 'a command' }

/** A report as Vitest writes it. */
function report(...tests: readonly (readonly [title: string, status: string])[]): string {
  return JSON.stringify({ testResults: [{ assertionResults: tests.map(([title, status]) => ({ title, status })) }] })
}

function pageOf(...tests: readonly (readonly [title: string, status: string])[]) {
  return reliabilityPage(MATRIX, readResults(report(...tests)), circumstances)
}

function lineOf(markdown: string, id: string): string | undefined {
  return markdown.split('\n').find((line) => line.startsWith(`| ${id} |`))
}

test('every row of the matrix is in the table once, also when no test names it', () => {
  const { markdown, proved, rows } = pageOf()
  expect([proved, rows]).toEqual([0, 121])
  for (const { rows } of MATRIX)
    for (const { id } of rows) expect(lineOf(markdown, id), id).toMatch(/\| not proved yet \|$/)
})

test('a title may name several rows, and a row is proved by all the tests that name it', () => {
  const { markdown, proved } = pageOf(['[A1 B2] first', 'passed'], ['[B2] second', 'passed'], ['no row', 'passed'])
  expect(proved).toBe(2)
  expect(lineOf(markdown, 'A1')).toContain('| **proved**: first |')
  expect(lineOf(markdown, 'B2')).toContain('| **proved**: first; second |')
})

test('one test that failed, or that this machine cannot run, is enough for a row not to be proved', () => {
  const failed = pageOf(['[C1] good', 'passed'], ['[C1] bad | worse', 'failed'], ['[C1] unable', 'skipped'])
  expect(lineOf(failed.markdown, 'C1')).toContain('| **failed**: bad \\| worse |')
  expect(failed.problems).toEqual(['Failed: bad | worse'])
  const skipped = pageOf(['[C1] good', 'passed'], ['[C1] unable (needs strace)', 'skipped'])
  expect(lineOf(skipped.markdown, 'C1')).toContain('| **skipped here**: unable (needs strace) |')
  expect(skipped).toMatchObject({ proved: 0, problems: [] })
})

test('a test of what does not hold yet is a gap in its row, also when it was not run, and a failure when it begins to hold', () => {
  for (const status of ['passed', 'skipped']) {
    const { markdown, proved } = pageOf(['[B7] good', 'passed'], ['[B7] slow is not dead (does not hold yet)', status])
    expect(lineOf(markdown, 'B7')).toContain('| **does not hold yet**: slow is not dead |')
    expect(proved).toBe(0)
  }
  expect(pageOf(['[B7] slow (does not hold yet)', 'failed']).problems).toEqual(['Failed: slow'])
})

test('a row that does not exist is a problem', () => {
  expect(pageOf(['[A99] typo', 'passed']).problems).toEqual(['There is no row A99: typo'])
})

test('of a test that is in several reports, the last one counts; two tests of one title in one report both do', () => {
  const older = readResults(report(['[B1] one', 'failed'], ['[B2] two', 'passed']))
  const newer = readResults(report(['[B1] one', 'passed'], ['[B3] three', 'failed'], ['[B3] three', 'passed']))

  expect(latest([older, newer]).map(({ title, outcome }) => `${title} ${outcome}`)).toEqual([
    'two passed',
    'one passed',
    'three failed',
    'three passed',
  ])
})
