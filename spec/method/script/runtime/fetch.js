// fetch, Headers, Request, Response, AbortController.

class Headers {
  #map = new Map()
  constructor(init) {
    if (init === undefined || init === null) return
    const list = typeof init[Symbol.iterator] === 'function' ? [...init] : entries(init)
    for (const [name, value] of list) this.append(name, value)
  }
  #key(name) {
    const key = String(name).toLowerCase()
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(key)) throw new TypeError(`"${key.slice(0, 100)}" is no name of a header`)
    return key
  }
  append(name, value) {
    const key = this.#key(name)
    const old = this.#map.get(key) ?? []
    this.#map.set(key, [...old, String(value).trim()])
  }
  delete(name) { this.#map.delete(this.#key(name)) }
  get(name) { return this.#map.get(this.#key(name))?.join(', ') ?? null }
  getSetCookie() { return [...(this.#map.get('set-cookie') ?? [])] }
  has(name) { return this.#map.has(this.#key(name)) }
  set(name, value) { this.#map.set(this.#key(name), [String(value).trim()]) }
  entries() { return [...this.#map.keys()].sort().map((k) => [k, this.get(k)])[Symbol.iterator]() }
  keys() { return [...this.#map.keys()].sort()[Symbol.iterator]() }
  values() { return [...this.entries()].map(([, v]) => v)[Symbol.iterator]() }
  forEach(f, self) { for (const [k, v] of this) f.call(self, v, k, this) }
  [Symbol.iterator]() { return this.entries() }
  get [Symbol.toStringTag]() { return 'Headers' }
}

// readBody gives a body as the host takes it, with the type it has by itself.
const readBody = (body) => {
  if (body === undefined || body === null) return {}
  if (body instanceof URLSearchParams) return { text: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  if (isBytes(body)) return { bytes: toBase64(body) }
  if (typeof body === 'string') return { text: body, type: 'text/plain;charset=UTF-8' }
  throw new TypeError('the body of a request is a text, bytes or URLSearchParams; JSON.stringify makes text of an object')
}

class Body {
  #bytes
  #used = false
  constructor(bytes) { this.#bytes = bytes }
  get bodyUsed() { return this.#used }
  static bytesOf(body) { return body.#bytes }
  #take() {
    if (this.#used) throw new TypeError('the body has been read already')
    this.#used = true
    return this.#bytes ?? new Uint8Array()
  }
  async arrayBuffer() { return Uint8Array.from(this.#take()).buffer }
  async bytes() { return Uint8Array.from(this.#take()) }
  async text() { return decodeText(this.#take()).replace(/^\ufeff/, '') }
  async json() { return parse(decodeText(this.#take()).replace(/^\ufeff/, '')) }
}

const bodyBytes = ({ text, bytes }) => (bytes !== undefined ? fromBase64(bytes) : text !== undefined ? encodeText(text) : undefined)

class Request extends Body {
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : undefined
    const body = readBody(init.body ?? (from && Body.bytesOf(from)))
    super(bodyBytes(body))
    this.url = from ? from.url : new URL(input).href
    this.method = String(init.method ?? from?.method ?? 'GET').toUpperCase()
    this.headers = new Headers(init.headers ?? from?.headers)
    this.signal = init.signal ?? from?.signal
    if ((this.method === 'GET' || this.method === 'HEAD') && Body.bytesOf(this)) throw new TypeError(`a ${this.method} request has no body`)
    if (body.type && !this.headers.has('content-type')) this.headers.set('content-type', body.type)
  }
  clone() { return new Request(this) }
}

class Response extends Body {
  constructor(body, init = {}) {
    const read = readBody(body)
    super(bodyBytes(read))
    this.status = init.status ?? 200
    this.statusText = init.statusText ?? ''
    this.headers = new Headers(init.headers)
    this.url = init.url ?? ''
    this.ok = this.status >= 200 && this.status < 300
    this.redirected = false
    this.type = 'basic'
    if (read.type && !this.headers.has('content-type')) this.headers.set('content-type', read.type)
  }
  static json(data, init = {}) {
    const headers = new Headers(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new Response(stringify(data), { ...init, headers })
  }
  get body() {
    const bytes = Body.bytesOf(this)
    return bytes ? streamOf(bytes) : null
  }
  clone() { return new Response(Body.bytesOf(this), this) }
}

class AbortSignal {
  #listeners = []
  aborted = false
  reason = undefined
  onabort = null
  static abort(reason) {
    const c = new AbortController()
    c.abort(reason)
    return c.signal
  }
  static timeout(ms) {
    const c = new AbortController()
    setTimeout(() => c.abort(abortError('TimeoutError', 'the operation took too long')), ms)
    return c.signal
  }
  static fire(signal, reason) {
    if (signal.aborted) return
    signal.aborted = true
    signal.reason = reason
    signal.onabort?.({ type: 'abort', target: signal })
    for (const f of signal.#listeners) f({ type: 'abort', target: signal })
  }
  addEventListener(type, f) { if (type === 'abort') this.#listeners.push(f) }
  removeEventListener(type, f) { this.#listeners = this.#listeners.filter((g) => g !== f) }
  throwIfAborted() { if (this.aborted) throw this.reason }
}

const abortError = (name, message) => Object.assign(new Error(message), { name })

class AbortController {
  signal = new AbortSignal()
  abort(reason = abortError('AbortError', 'the operation was aborted')) { AbortSignal.fire(this.signal, reason) }
}

const fetch = async (input, init) => {
  const request = new Request(input, init)
  request.signal?.throwIfAborted()
  const bytes = Body.bytesOf(request)
  const answer = send({
    raw: true, binary: true, method: request.method, url: request.url,
    headers: [...request.headers], bytes: bytes && toBase64(bytes),
  })
  return new Response(answer.bytes === undefined ? null : fromBase64(answer.bytes), {
    status: answer.status, statusText: answer.statusText, url: answer.url, headers: answer.headers,
  })
}

define('Headers', Headers)
define('Request', Request)
define('Response', Response)
define('AbortController', AbortController)
define('AbortSignal', AbortSignal)
define('fetch', fetch)
