// The beginning of the runtime: what all of it uses, time, and randomness. The
// files are joined in the order of the table in runtime.go, within one function,
// before any code of a script runs.
const host = globalThis.connectorHost
delete globalThis.connectorHost

const { parse, stringify } = JSON
const { freeze, keys, entries } = Object
const then = Promise.prototype.then

const define = (name, value) =>
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })

const isBytes = (v) => ArrayBuffer.isView(v) || v instanceof ArrayBuffer

const bytesOf = (v) => {
  if (v instanceof ArrayBuffer) return new Uint8Array(v)
  return new Uint8Array(v.buffer, v.byteOffset, v.byteLength)
}

const toBase64 = (v) => bytesOf(v).toBase64()
const fromBase64 = (text) => Uint8Array.fromBase64(text)
const encodeText = (text) => fromBase64(host('encode', String(text).toWellFormed()))
const decodeText = (bytes) => host('decode', toBase64(bytes))

// Time stands still while a script works and advances with its timers, so that
// a run can be repeated exactly. There is one time zone, UTC.
let clock = 0

const RealDate = Date
const realParse = RealDate.parse
const realOffset = RealDate.prototype.getTimezoneOffset
const hasZone = /(?:Z|GMT|UTC|UT|[+-]\d\d:?\d\d)(?:\s*\(.*\))?\s*$/i
const dateOnly = /^\s*[+-]?\d{4,6}(-\d\d){0,2}\s*$/

const parseDate = (text) => {
  const time = realParse(text)
  if (Number.isNaN(time) || hasZone.test(text) || dateOnly.test(text)) return time
  return time - realOffset.call(new RealDate(time)) * 60000
}

function ScriptDate(...parts) {
  if (!new.target) return new ScriptDate().toString()
  let list = parts
  if (parts.length === 0) list = [clock]
  else if (parts.length > 1) list = [RealDate.UTC(...parts)]
  else if (typeof parts[0] === 'string') list = [parseDate(parts[0])]
  return Reflect.construct(RealDate, list, new.target)
}
ScriptDate.prototype = RealDate.prototype
Object.defineProperty(ScriptDate, 'name', { value: 'Date' })
ScriptDate.UTC = RealDate.UTC
ScriptDate.parse = (text) => parseDate(String(text))
ScriptDate.now = () => clock
{
  const p = RealDate.prototype
  const method = (name, value) => Object.defineProperty(p, name, { value, writable: true, configurable: true })
  method('constructor', ScriptDate)
  for (const part of ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds']) {
    method('get' + part, p['getUTC' + part])
    if (part !== 'Day') method('set' + part, p['setUTC' + part])
  }
  method('getTimezoneOffset', () => 0)
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    const real = p[name]
    method(name, function () { return real.call(new RealDate(this.getTime() + realOffset.call(this) * 60000)) })
  }
  const words = (d) => (/^(\w+), (\d+) (\w+) (\S+) (\S+)/.exec(d.toUTCString()) ?? []).slice(1)
  const date = (d) => ((w) => (w.length ? `${w[0]} ${w[2]} ${w[1]} ${w[3]}` : 'Invalid Date'))(words(d))
  const time = (d) => ((w) => (w.length ? `${w[4]} GMT+0000 (Coordinated Universal Time)` : 'Invalid Date'))(words(d))
  method('toDateString', function () { return date(this) })
  method('toTimeString', function () { return time(this) })
  method('toString', function () { return Number.isNaN(this.getTime()) ? 'Invalid Date' : `${date(this)} ${time(this)}` })
}
define('Date', ScriptDate)
define('performance', freeze({ timeOrigin: 0, now: () => clock }))
Math.random = () => host('random')

// Timers fire in the order of their time, when nothing else is left to do.
const timers = []
let lastTimer = 0

const addTimer = (f, ms, args, every) => {
  if (typeof f !== 'function') throw new TypeError('a timer needs a function')
  if (timers.length >= 10000) throw new RangeError('there are too many timers')
  const delay = Math.min(Math.max(Math.trunc(Number(ms)) || 0, every ? 1 : 0), 2147483647)
  timers.push({ id: ++lastTimer, at: clock + delay, f, args, every: every ? delay : 0 })
  return lastTimer
}

const clearTimer = (id) => {
  const i = timers.findIndex((t) => t.id === id)
  if (i >= 0) timers.splice(i, 1)
}

// nextTimer gives the milliseconds until the next timer; -1 if there is none.
const nextTimer = () => {
  let next = -1
  for (const t of timers) if (next < 0 || t.at - clock < next) next = Math.max(t.at - clock, 0)
  return next
}

const fireTimer = () => {
  let next = 0
  for (let i = 1; i < timers.length; i++) if (timers[i].at < timers[next].at) next = i
  const [t] = timers.splice(next, 1)
  clock = Math.max(clock, t.at)
  if (t.every) timers.push({ ...t, at: clock + t.every })
  t.f(...t.args)
}

define('setTimeout', (f, ms, ...args) => addTimer(f, ms, args, false))
define('setInterval', (f, ms, ...args) => addTimer(f, ms, args, true))
define('clearTimeout', clearTimer)
define('clearInterval', clearTimer)
define('queueMicrotask', (f) => {
  if (typeof f !== 'function') throw new TypeError('queueMicrotask needs a function')
  Reflect.apply(then, Promise.resolve(), [() => f()])
})
