// The module axios: its requests go where fetch goes.

const makeAxios = () => {
  class AxiosError extends Error {
    constructor(message, code, config, request, response) {
      super(message)
      this.name = 'AxiosError'
      this.isAxiosError = true
      this.code = code
      this.config = config
      this.request = request
      if (response) {
        this.response = response
        this.status = response.status
      }
    }
    toJSON() { return { name: this.name, message: this.message, code: this.code, status: this.status } }
  }

  const isAxiosError = (e) => asObject(e)?.isAxiosError === true
  const isForm = (type) => /^application\/x-www-form-urlencoded\b/i.test(type ?? '')

  const flatten = (name, value, add) => {
    if (value === undefined || value === null) return
    if (value instanceof RealDate) add(name, value.toISOString())
    else if (Array.isArray(value)) for (const v of value) flatten(`${name}[]`, v, add)
    else if (typeof value === 'object') for (const [k, v] of entries(value)) flatten(`${name}[${k}]`, v, add)
    else add(name, String(value))
  }

  const queryOf = (params, serialize) => {
    if (params === undefined || params === null) return ''
    if (typeof serialize === 'function') return serialize(params)
    if (typeof serialize?.serialize === 'function') return serialize.serialize(params)
    if (params instanceof URLSearchParams) return params.toString()
    const list = []
    const escape = (t) => encodeURIComponent(t.toWellFormed()).replace(/%3A/gi, ':').replace(/%24/g, '$').replace(/%2C/gi, ',').replace(/%20/g, '+')
    for (const [k, v] of entries(params)) flatten(k, v, (n, t) => list.push(`${escape(n).replace(/%5B/g, '[').replace(/%5D/g, ']')}=${escape(t)}`))
    return list.join('&')
  }

  const joined = (base, url) => {
    if (!base || /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url)) return url
    return url ? `${base.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}` : base
  }

  const bodyOf = (data, headers) => {
    if (data === undefined || data === null) return {}
    if (isBytes(data)) return { bytes: toBase64(data) }
    if (data instanceof URLSearchParams) {
      if (!headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded;charset=utf-8')
      return { text: data.toString() }
    }
    if (typeof data === 'object' && isForm(headers.get('content-type'))) {
      const form = new URLSearchParams()
      for (const [k, v] of entries(data)) flatten(k, v, (n, t) => form.append(n, t))
      return { text: form.toString() }
    }
    if (typeof data === 'string' && !/json/i.test(headers.get('content-type') ?? '')) {
      if (!headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded')
      return { text: data }
    }
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return { text: typeof data === 'string' ? data : stringify(data) }
  }

  const readAnswer = (answer, type) => {
    const bytes = fromBase64(answer.bytes ?? '')
    if (type === 'arraybuffer' || type === 'stream') return bodyAs(type, bytes)
    const text = decodeText(bytes).replace(/^\ufeff/, '')
    if (type === 'text') return text
    try {
      return parse(text)
    } catch {
      return text
    }
  }

  const create = (defaults = {}) => {
    const own = { ...defaults, headers: { common: {}, ...defaults.headers } }

    const request = async (input, more) => {
      const given = typeof input === 'string' ? { ...more, url: input } : { ...input }
      const config = { ...own, ...given, method: String(given.method ?? own.method ?? 'get').toLowerCase() }
      const { common, get, delete: _, post, put, patch, head, ...rest } = own.headers
      const headers = new Headers(mergeHeaders({ Accept: 'application/json, text/plain, */*' }, common, own.headers[config.method], rest, given.headers)
        .filter(([, v]) => v !== undefined && v !== null && v !== false))
      const body = bodyOf(config.data, headers)
      if (config.auth) headers.set('authorization', 'Basic ' + Buffer.from(`${config.auth.username ?? ''}:${config.auth.password ?? ''}`).toString('base64'))
      const query = queryOf(config.params, config.paramsSerializer)
      let url = joined(config.baseURL, String(config.url ?? ''))
      if (query) url = url.replace(/#.*$/s, '') + (url.includes('?') ? '&' : '?') + query
      config.signal?.throwIfAborted()
      const sent = { method: config.method.toUpperCase(), path: url }
      let answer
      try {
        answer = send({ raw: true, binary: true, method: sent.method, url: new URL(url).href, headers: [...headers], ...body })
      } catch (e) {
        const error = new AxiosError(e.message, 'ERR_NETWORK', config, sent)
        if (hostErrors.has(e)) hostErrors.set(error, hostErrors.get(e))
        throw error
      }
      const response = {
        status: answer.status, statusText: answer.statusText, headers: headerObject(answer.headers),
        data: readAnswer(answer, config.responseType), config, request: sent,
      }
      const valid = config.validateStatus === undefined ? (s) => s >= 200 && s < 300 : config.validateStatus
      if (!valid || valid(response.status)) return response
      const code = response.status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE'
      throw new AxiosError(`Request failed with status code ${response.status}`, code, config, sent, response)
    }

    const axios = (input, more) => request(input, more)
    for (const method of ['get', 'delete', 'head', 'options']) axios[method] = (url, config) => request({ ...config, method, url })
    for (const method of ['post', 'put', 'patch']) {
      axios[method] = (url, data, config) => request({ ...config, method, url, data })
      axios[method + 'Form'] = (url, data, config) => axios[method](url, new URLSearchParams(queryOf(data)), config)
    }
    return Object.assign(axios, { request, defaults: own, create: (more = {}) => create({ ...own, ...more, headers: { ...own.headers, ...more.headers } }) })
  }

  const axios = create()
  return Object.assign(axios, { AxiosError, isAxiosError, default: axios })
}
