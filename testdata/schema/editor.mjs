// Drives the yaml-language-server as an editor does: opens a spec with a
// mistake and asks for a hover, for completions and for the diagnostics.
//
//   node editor.mjs DIRECTORY-OF-THE-SERVER SCHEMA
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

const [server, schema] = process.argv.slice(2)
const child = spawn(process.execPath, [join(server, 'out/server/src/server.js'), '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
const pending = new Map()
const settings = { yaml: { schemas: { [pathToFileURL(schema).href]: '*' }, hover: true, completion: true, validate: true, schemaStore: { enable: false } } }
let id = 0
let published
const diagnostics = new Promise((resolve) => { published = resolve })

function send(message) {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message })
  child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function request(method, params) {
  return new Promise((resolve, reject) => {
    pending.set(++id, { resolve, reject })
    send({ id, method, params })
  })
}

let buffer = Buffer.alloc(0)
child.stdout.on('data', (chunk) => {
  buffer = Buffer.concat([buffer, chunk])
  for (;;) {
    const end = buffer.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end))[1])
    if (buffer.length < end + 4 + length) return
    receive(JSON.parse(buffer.subarray(end + 4, end + 4 + length)))
    buffer = buffer.subarray(end + 4 + length)
  }
})

function receive(message) {
  if (message.method === 'workspace/configuration') {
    send({ id: message.id, result: message.params.items.map((item) => settings[item.section] ?? {}) })
  } else if (message.method && message.id !== undefined) {
    send({ id: message.id, result: null })
  } else if (message.method === 'textDocument/publishDiagnostics') {
    if (message.params.diagnostics.length > 0) published(message.params.diagnostics)
  } else if (message.id !== undefined) {
    const waiting = pending.get(message.id)
    pending.delete(message.id)
    message.error ? waiting.reject(new Error(message.error.message)) : waiting.resolve(message.result)
  }
}

const uri = 'file:///connectors/example/spec.yml'
const text = `name: Example
auth:
  type: api-key
  baseUri: https://api.example.com
  credential:
    in: headers
    name: X-Api-Key
    
  baseUrl: https://api.example.com
`
const timer = setTimeout(() => fail('the server says nothing'), 60_000)

function fail(message) {
  console.error(`editor: ${message}`)
  child.kill()
  process.exit(1)
}

function expect(what, seen, pattern) {
  const shown = typeof seen === 'string' ? seen : JSON.stringify(seen)
  console.log(`${what}: ${shown.replace(/\s+/g, ' ').slice(0, 160)}`)
  if (!pattern.test(shown)) fail(`${what}: not what is expected, ${pattern}`)
}

try {
  await request('initialize', {
    processId: process.pid, rootUri: null,
    capabilities: { workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } }, textDocument: { hover: { contentFormat: ['markdown'] }, completion: { completionItem: { snippetSupport: true } } } },
  })
  send({ method: 'initialized', params: {} })
  send({ method: 'workspace/didChangeConfiguration', params: { settings } })
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } })
  const found = await diagnostics
  expect('diagnostic', found.map((d) => `${d.range.start.line + 1}: ${d.message}`).join('; '), /6: .*"header".*"cookie"/)
  expect('a field of habit', found.map((d) => `${d.range.start.line + 1}: ${d.message}`).join('; '), /9: unknown field "baseUrl"; did you mean "baseUri"/)
  const at = (line, character) => ({ textDocument: { uri }, position: { line, character } })
  const hover = await request('textDocument/hover', at(4, 5))
  expect('hover on credential', hover.contents.value ?? hover.contents, /The one secret that the types/)
  const methodHover = await request('textDocument/hover', at(3, 4))
  expect('hover on baseUri', methodHover.contents.value ?? methodHover.contents, /address that relative request paths/i)
  const types = await request('textDocument/completion', at(2, 8))
  expect('completion of type', types.items.map((i) => i.label).join(' '), /(?=.*oauth2)(?=.*bearer)(?=.*aws-sigv4)/)
  const fields = await request('textDocument/completion', at(7, 4))
  expect('completion in credential', fields.items.map((i) => i.label).join(' '), /(?=.*prefix)(?=.*helpUri)/)
} catch (error) {
  fail(error.message)
}
clearTimeout(timer)
child.kill()
