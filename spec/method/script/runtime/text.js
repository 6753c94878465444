// Texts and bytes: TextEncoder, TextDecoder, btoa, atob, Buffer, structuredClone.

class TextEncoder {
  get encoding() { return 'utf-8' }
  encode(text = '') { return encodeText(text) }
}

class TextDecoder {
  #latin
  constructor(label = 'utf-8', options = {}) {
    const name = String(label).trim().toLowerCase()
    this.#latin = ['latin1', 'iso-8859-1', 'ascii', 'us-ascii', 'windows-1252'].includes(name)
    if (!this.#latin && !['utf-8', 'utf8', 'unicode-1-1-utf-8'].includes(name)) {
      throw new RangeError(`TextDecoder knows utf-8 and latin1, not "${label}"`)
    }
    this.encoding = this.#latin ? 'windows-1252' : 'utf-8'
    this.fatal = !!options.fatal
    this.ignoreBOM = !!options.ignoreBOM
  }
  decode(input = new Uint8Array()) {
    if (!isBytes(input)) throw new TypeError('TextDecoder decodes bytes')
    if (this.#latin) return host('latin1', toBase64(input))
    const text = host(this.fatal ? 'decodeStrictly' : 'decode', toBase64(input))
    return !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text
  }
}

define('TextEncoder', TextEncoder)
define('TextDecoder', TextDecoder)
define('btoa', (text) => host('btoa', String(text)))
define('atob', (text) => host('atob', String(text)))

const encodings = {
  utf8: [(t) => encodeText(t), decodeText],
  base64: [
    (t) => fromBase64(t.replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, '').replace(/^((?:.{4})*).$/s, '$1')),
    toBase64,
  ],
  base64url: [(t) => encodings.base64[0](t), (b) => bytesOf(b).toBase64({ alphabet: 'base64url', omitPadding: true })],
  hex: [(t) => Uint8Array.fromHex((/^(?:[0-9a-f]{2})*/i.exec(t) ?? [''])[0]), (b) => bytesOf(b).toHex()],
  latin1: [(t) => Uint8Array.from(t, (c) => c.charCodeAt(0) & 255), (b) => host('latin1', toBase64(b))],
}
encodings['utf-8'] = encodings.utf8
encodings.binary = encodings.ascii = encodings.latin1

const encodingOf = (name = 'utf8') => {
  const found = encodings[String(name).toLowerCase()]
  if (!found) throw new TypeError(`unknown encoding "${name}"; there are ${keys(encodings).join(', ')}`)
  return found
}

class Buffer extends Uint8Array {
  static from(value, encoding, length) {
    if (typeof value === 'string') return Buffer.#of(encodingOf(encoding)[0](value))
    if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length)
    if (ArrayBuffer.isView(value)) return Buffer.#of(Uint8Array.from(value))
    if (value?.type === 'Buffer' && Array.isArray(value.data)) return Buffer.from(value.data)
    if (Array.isArray(value)) return Buffer.#of(Uint8Array.from(value))
    throw new TypeError('Buffer.from takes a text, bytes or a list of numbers')
  }
  static #of(bytes) { return new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
  static alloc(size, fill = 0) { return new Buffer(size).fill(fill) }
  static isBuffer(v) { return v instanceof Buffer }
  static byteLength(v, encoding) { return typeof v === 'string' ? encodingOf(encoding)[0](v).length : v.byteLength }
  static concat(list) {
    const all = new Buffer(list.reduce((n, b) => n + b.length, 0))
    let at = 0
    for (const b of list) {
      all.set(b, at)
      at += b.length
    }
    return all
  }
  toString(encoding, start = 0, end = this.length) { return encodingOf(encoding)[1](this.subarray(start, end)) }
  equals(other) { return this.length === other.length && this.every((b, i) => b === other[i]) }
  toJSON() { return { type: 'Buffer', data: Array.from(this) } }
}
define('Buffer', Buffer)

const cloneInto = (v, seen) => {
  if (typeof v === 'function' || typeof v === 'symbol') throw new TypeError(`a ${typeof v} cannot be cloned`)
  if (typeof v !== 'object' || v === null) return v
  if (seen.has(v)) return seen.get(v)
  const made = (copy) => (seen.set(v, copy), copy)
  if (v instanceof RealDate) return made(new RealDate(v.getTime()))
  if (v instanceof RegExp) return made(new RegExp(v.source, v.flags))
  if (v instanceof ArrayBuffer) return made(v.slice(0))
  if (ArrayBuffer.isView(v)) return made(v.slice())
  if (v instanceof Map) {
    const copy = made(new Map())
    for (const [k, x] of v) copy.set(cloneInto(k, seen), cloneInto(x, seen))
    return copy
  }
  if (v instanceof Set) {
    const copy = made(new Set())
    for (const x of v) copy.add(cloneInto(x, seen))
    return copy
  }
  if (v instanceof Error) return made(Object.assign(new Error(v.message), { name: v.name, stack: v.stack }))
  const copy = made(Array.isArray(v) ? [] : {})
  for (const k of keys(v)) copy[k] = cloneInto(v[k], seen)
  return copy
}
define('structuredClone', (v) => cloneInto(v, new Map()))
