// crypto: the parts of the Web's that scripts of methods use, and the digests
// of Node's module of that name.

const digestNames = { 'sha-1': 'sha1', sha1: 'sha1', 'sha-256': 'sha256', sha256: 'sha256', 'sha-384': 'sha384', sha384: 'sha384', 'sha-512': 'sha512', sha512: 'sha512', md5: 'md5' }

const digestName = (algorithm) => {
  const text = String(algorithm?.name ?? algorithm)
  const name = digestNames[text.toLowerCase()]
  if (!name) throw new TypeError(`unknown digest "${text}"; there are md5, sha1, sha256, sha384 and sha512`)
  return name
}

const inputBytes = (v, encoding) => {
  if (typeof v === 'string') return encodingOf(encoding)[0](v)
  if (isBytes(v)) return bytesOf(v)
  throw new TypeError('a text or bytes are wanted')
}

const digest = (name, bytes) => fromBase64(host('digest', name, toBase64(bytes)))
const hmac = (name, key, bytes) => fromBase64(host('hmac', name, toBase64(key), toBase64(bytes)))

class Hash {
  #parts = []
  #finish
  constructor(finish) { this.#finish = finish }
  update(data, encoding) {
    if (!this.#parts) throw new Error('the digest has been given already')
    this.#parts.push(Buffer.from(inputBytes(data, encoding)))
    return this
  }
  digest(encoding) {
    if (!this.#parts) throw new Error('the digest has been given already')
    const result = Buffer.from(this.#finish(Buffer.concat(this.#parts)))
    this.#parts = undefined
    return encoding ? result.toString(encoding) : result
  }
}

const createHash = (algorithm) => {
  const name = digestName(algorithm)
  return new Hash((bytes) => digest(name, bytes))
}

const createHmac = (algorithm, key) => {
  const name = digestName(algorithm)
  const secret = inputBytes(key)
  return new Hash((bytes) => hmac(name, secret, bytes))
}

const randomBytes = (size) => {
  if (!(size >= 0 && size <= 65536)) throw new RangeError('at most 65536 random bytes are given at once')
  return Buffer.from(fromBase64(host('randomBytes', Math.trunc(size))))
}

const getRandomValues = (array) => {
  bytesOf(array).set(randomBytes(array.byteLength))
  return array
}

const randomUUID = () => {
  const b = randomBytes(16)
  b[6] = (b[6] & 15) | 64
  b[8] = (b[8] & 63) | 128
  return b.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const timingSafeEqual = (a, b) => {
  const [x, y] = [inputBytes(a), inputBytes(b)]
  if (x.length !== y.length) throw new RangeError('both must have the same length')
  return x.reduce((different, byte, i) => different | (byte ^ y[i]), 0) === 0
}

class CryptoKey {
  #secret
  constructor(secret, hash, usages) {
    this.#secret = secret
    this.type = 'secret'
    this.extractable = false
    this.algorithm = freeze({ name: 'HMAC', hash: freeze({ name: hash }) })
    this.usages = freeze([...usages])
    freeze(this)
  }
  static sign(key, bytes) { return hmac(digestName(key.algorithm.hash), key.#secret, bytes) }
}

const wantHMAC = (algorithm) => {
  if (String(algorithm?.name ?? algorithm).toUpperCase() !== 'HMAC') throw new TypeError('crypto.subtle has keys for HMAC only')
}

const subtle = freeze({
  async digest(algorithm, data) { return digest(digestName(algorithm), inputBytes(data)).buffer },
  async importKey(format, data, algorithm, extractable, usages) {
    wantHMAC(algorithm)
    if (format !== 'raw') throw new TypeError('crypto.subtle imports keys in the format "raw" only')
    digestName(algorithm.hash)
    return new CryptoKey(Uint8Array.from(inputBytes(data)), String(algorithm.hash?.name ?? algorithm.hash), usages ?? [])
  },
  async sign(algorithm, key, data) {
    wantHMAC(algorithm)
    return CryptoKey.sign(key, inputBytes(data)).buffer
  },
  async verify(algorithm, key, signature, data) {
    wantHMAC(algorithm)
    const made = CryptoKey.sign(key, inputBytes(data))
    return made.length === signature.byteLength && timingSafeEqual(made, signature)
  },
})

const crypto = freeze({ getRandomValues, randomUUID, randomBytes, createHash, createHmac, timingSafeEqual, subtle })
define('crypto', crypto)
