// A person with Chromium. It reads commands as lines of JSON: code, which is
// what an async function does with page, args, axe and complaints; and answers
// each with a line: its value, or what went wrong.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const options = JSON.parse(process.env.OPTIONS)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
})
const context = await browser.newContext({
  colorScheme: options.dark ? 'dark' : 'light',
  javaScriptEnabled: !options.noScript,
  viewport: { width: options.width, height: options.height },
  reducedMotion: 'reduce',
  locale: 'en-GB',
})
context.setDefaultTimeout(15000)
const complaints = []
const page = await context.newPage()
page.on('console', m => m.type() === 'error' && complaints.push(m.text()))
page.on('pageerror', e => complaints.push(String(e)))

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// axe returns what an accessibility checker finds in the page, in every rule
// that it has but those that are experiments.
async function axe() {
  // Not as a script element, which a policy of the page would refuse.
  await page.evaluate(source)
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }))
  if (passes.length === 0) throw new Error('axe looked at nothing')
  return violations.flatMap(v => v.nodes.map(n => `${v.id}: ${v.help}: ${n.html.slice(0, 200)} ${n.failureSummary ?? ''}`))
}

const Code = Object.getPrototypeOf(async () => {}).constructor
for await (const line of createInterface({ input: process.stdin })) {
  const { code, args } = JSON.parse(line)
  let answer
  try {
    answer = { value: (await new Code('page', 'context', 'args', 'axe', 'complaints', code)(page, context, args, axe, complaints)) ?? null }
  } catch (e) {
    const seen = await page.locator('body').innerText({ timeout: 1000 }).catch(() => '')
    answer = { error: `${e.message ?? e}\nat ${page.url()}\n${seen.slice(0, 2000)}` }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
await browser.close()
