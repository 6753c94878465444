// URL and URLSearchParams. The host takes URLs apart.

const formEscapes = { '!': '%21', "'": '%27', '(': '%28', ')': '%29', '~': '%7E', '%20': '+' }
const encodeForm = (text) => encodeURIComponent(String(text).toWellFormed()).replace(/%20|[!'()~]/g, (c) => formEscapes[c])
const decodeForm = (text) => host('unescape', text.replace(/\+/g, ' '))

class URLSearchParams {
  #pairs = []
  #changed = () => {}
  static watched(query, changed) {
    const p = new URLSearchParams(query)
    p.#changed = changed
    return p
  }
  constructor(init = '') {
    if (init instanceof URLSearchParams) this.#pairs = [...init]
    else if (typeof init === 'object' && init !== null) {
      const list = typeof init[Symbol.iterator] === 'function' ? [...init] : entries(init)
      for (const pair of list) {
        if (pair.length !== 2) throw new TypeError('URLSearchParams takes pairs of a name and a value')
        this.#pairs.push([String(pair[0]), String(pair[1])])
      }
    } else {
      for (const part of String(init).replace(/^\?/, '').split('&')) {
        if (part === '') continue
        const i = part.indexOf('=')
        this.#pairs.push(i < 0 ? [decodeForm(part), ''] : [decodeForm(part.slice(0, i)), decodeForm(part.slice(i + 1))])
      }
    }
  }
  get size() { return this.#pairs.length }
  append(name, value) {
    this.#pairs.push([String(name), String(value)])
    this.#changed()
  }
  delete(name, value) {
    this.#pairs = this.#pairs.filter(([n, v]) => n !== String(name) || (value !== undefined && v !== String(value)))
    this.#changed()
  }
  get(name) { return this.#pairs.find(([n]) => n === String(name))?.[1] ?? null }
  getAll(name) { return this.#pairs.filter(([n]) => n === String(name)).map(([, v]) => v) }
  has(name, value) { return this.#pairs.some(([n, v]) => n === String(name) && (value === undefined || v === String(value))) }
  set(name, value) {
    const i = this.#pairs.findIndex(([n]) => n === String(name))
    if (i < 0) return this.append(name, value)
    this.#pairs = this.#pairs.filter(([n], j) => j <= i || n !== String(name))
    this.#pairs[i] = [String(name), String(value)]
    this.#changed()
  }
  sort() {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    this.#changed()
  }
  forEach(f, self) { for (const [n, v] of this.#pairs) f.call(self, v, n, this) }
  entries() { return this.#pairs.map((p) => [...p])[Symbol.iterator]() }
  keys() { return this.#pairs.map(([n]) => n)[Symbol.iterator]() }
  values() { return this.#pairs.map(([, v]) => v)[Symbol.iterator]() }
  [Symbol.iterator]() { return this.entries() }
  toString() { return this.#pairs.map(([n, v]) => `${encodeForm(n)}=${encodeForm(v)}`).join('&') }
  get [Symbol.toStringTag]() { return 'URLSearchParams' }
}

const takeApart = (text, base) => {
  const parts = host('url', String(text), base === undefined ? '' : String(base))
  if (parts === null) throw new TypeError(`"${String(text).slice(0, 100)}" is no URL`)
  return parse(parts)
}

class URL {
  #parts
  #params
  constructor(text, base) {
    this.#parts = takeApart(text, base)
    this.#params = URLSearchParams.watched(this.#parts.search, () => this.#change('search', this.#params.size ? '?' + this.#params : ''))
  }
  static canParse(text, base) {
    try {
      takeApart(text, base)
      return true
    } catch {
      return false
    }
  }
  static parse(text, base) { return URL.canParse(text, base) ? new URL(text, base) : null }
  #change(part, value) {
    const p = { ...this.#parts, [part]: value }
    const login = p.username || p.password ? p.username + (p.password ? ':' + p.password : '') + '@' : ''
    const place = p.opaque ? '' : `//${login}${p.hostname}${p.port ? ':' + p.port : ''}`
    try {
      this.#parts = takeApart(p.protocol + place + p.pathname + p.search + p.hash)
    } catch {} // what makes no URL changes nothing
  }
  #reread(part, value) {
    this.#change(part, value)
    this.#params = URLSearchParams.watched(this.#parts.search, () => this.#change('search', this.#params.size ? '?' + this.#params : ''))
  }
  get href() { return this.#parts.href }
  set href(v) {
    this.#parts = takeApart(v)
    this.#reread('hash', this.#parts.hash)
  }
  get origin() { return this.#parts.origin }
  get protocol() { return this.#parts.protocol }
  set protocol(v) { this.#change('protocol', String(v).replace(/:?$/, ':')) }
  get username() { return this.#parts.username }
  set username(v) { this.#change('username', encodeURIComponent(v)) }
  get password() { return this.#parts.password }
  set password(v) { this.#change('password', encodeURIComponent(v)) }
  get host() { return this.#parts.hostname + (this.#parts.port ? ':' + this.#parts.port : '') }
  set host(v) {
    const m = /^(\[[^\]]*\]|[^:/?#\\@]+)(?::(\d+))?$/.exec(String(v))
    if (!m) return
    this.#change('hostname', m[1])
    if (m[2]) this.#change('port', m[2])
  }
  get hostname() { return this.#parts.hostname }
  set hostname(v) { if (!/[/?#\\@]/.test(v)) this.#change('hostname', String(v)) }
  get port() { return this.#parts.port }
  set port(v) { if (/^\d*$/.test(v)) this.#change('port', String(v)) }
  get pathname() { return this.#parts.pathname }
  set pathname(v) { this.#change('pathname', String(v).replace(/^(?![/\\])/, '/').replace(/\?/g, '%3F').replace(/#/g, '%23')) }
  get search() { return this.#parts.search }
  set search(v) { this.#reread('search', String(v).replace(/^\?*(?=.)/s, '?').replace(/#/g, '%23')) }
  get hash() { return this.#parts.hash }
  set hash(v) { this.#change('hash', String(v).replace(/^#*(?=.)/s, '#')) }
  get searchParams() { return this.#params }
  toString() { return this.href }
  toJSON() { return this.href }
  get [Symbol.toStringTag]() { return 'URL' }
}

define('URL', URL)
define('URLSearchParams', URLSearchParams)
