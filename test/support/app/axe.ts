import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Which rules are asked in each theme. Only colours differ between them. */
const RULES = {
  light: {},
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
} as const

/**
 * What is wrong for people who use assistive technology, by axe's rules and in both themes: the theme, the rule, and
 * the elements.
 */
export async function accessibilityViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(`globalThis.axe === undefined && (() => { ${axe.source} })()`)
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const violations: readonly string[] = await page.evaluate(`
      axe.run(document, { resultTypes: ['violations'], ...${JSON.stringify(RULES[colorScheme])} }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target, failureSummary].join(' | '))))
    `)
    found.push(...violations.map((violation) => `${colorScheme} | ${violation}`))
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  return found
}
