// The API client that methods get, and RestApiClient of the connector SDK.

const mergeHeaders = (...all) => {
  const merged = {}
  for (const headers of all) {
    for (const [name, value] of headers instanceof Headers ? headers : entries(headers ?? {})) {
      const old = keys(merged).find((n) => n.toLowerCase() === name.toLowerCase())
      if (old !== undefined) delete merged[old]
      merged[name] = value
    }
  }
  return entries(merged)
}

const plainQuery = (query) => {
  if (query === undefined || query === null) return {}
  if (!(query instanceof URLSearchParams)) return query
  const object = {}
  for (const name of query.keys()) object[name] = query.getAll(name)
  return object
}

const checkPath = (path) => {
  if (typeof path === 'string') return path
  if (path instanceof URL) return path.href
  throw new TypeError(`the path of a request is a text, not ${path === null ? 'null' : typeof path}`)
}

// exchange sends a request by an API client. Client tells whether it is the
// connection's: then the host adds what makeApiClient says.
const exchange = (client, method, path, query, data, options, defaults = {}) => {
  const { baseUri, headers, auth, returnFullResponse, responseType, binary, stream } = { ...defaults, ...options }
  const type = responseType ?? (stream ? 'stream' : binary ? 'arraybuffer' : 'json')
  const form = data instanceof URLSearchParams
  const request = {
    client, method, url: checkPath(path), base: baseUri, auth,
    headers: mergeHeaders(form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}, defaults.headers, options?.headers),
    query: { ...plainQuery(defaults.query), ...plainQuery(options?.query), ...plainQuery(query) },
    binary: type !== 'json',
  }
  if (isBytes(data)) request.bytes = toBase64(data)
  else if (form) request.text = data.toString()
  else request.data = data
  const answer = send(request)
  const body = type === 'json' ? answer.data : bodyAs(type, fromBase64(answer.bytes ?? ''))
  return returnFullResponse ? { status: answer.status, headers: headerObject(answer.headers), data: body } : body
}

const clientMethods = (call) => ({
  async get(path, query, options) { return call('GET', path, query, undefined, options) },
  async post(path, data, options) { return call('POST', path, undefined, data, options) },
  async put(path, data, options) { return call('PUT', path, undefined, data, options) },
  async patch(path, data, options) { return call('PATCH', path, undefined, data, options) },
  async delete(path, data, options) { return call('DELETE', path, undefined, data, options) },
})

const apiClient = freeze(clientMethods((...args) => exchange(true, ...args)))

class RestApiClient {
  #options
  constructor(options = {}) {
    this.#options = options
    Object.assign(this, clientMethods(async (method, path, query, data, own) => {
      const { dynamicOptions, onError } = this.#options
      const dynamic = dynamicOptions && (await dynamicOptions({ path, method, query, data, ...own }))
      const defaults = { ...this.#options, ...dynamic }
      try {
        return exchange(false, method, path, query, data, own, defaults)
      } catch (error) {
        if (onError) await onError(error)
        throw error
      }
    }))
  }
  toJSON() { return this.#options }
}

const sdk = freeze({ ...errors, RestApiClient })
