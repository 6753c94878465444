// The errors of the connector SDK, and requests to the host.

const errorKeys = freeze({
  CONNECTION_IS_DEFUNCT: 'connection_is_defunct',
  ACCESS_TOKEN_EXPIRED: 'access_token_expired',
  RATE_LIMIT_EXCEEDED: 'rate_limit_exceeded',
})

class IntegrationAppError extends Error {
  constructor(init, type, key) {
    const fields = typeof init === 'string' ? { message: init } : init instanceof Error ? { message: init.message } : { ...init }
    super(fields.message ?? '')
    this.name = new.target.name
    this.data = { type, key, ...fields }
    this.key = this.data.key
  }
}

const errorClass = (name, parent, type, key) =>
  Object.defineProperty(class extends parent {
    constructor(init, t = type, k = key) { super(init, t, k) }
  }, 'name', { value: name })

const BadRequestError = errorClass('BadRequestError', IntegrationAppError, 'bad_request')
const ConnectionError = errorClass('ConnectionError', IntegrationAppError, 'connection')
const errors = {
  IntegrationAppError,
  MembraneError: IntegrationAppError,
  BadRequestError,
  NotFoundError: errorClass('NotFoundError', BadRequestError, 'bad_request', 'not_found'),
  NotAuthenticatedError: errorClass('NotAuthenticatedError', BadRequestError, 'bad_request', 'not_authenticated'),
  AccessDeniedError: errorClass('AccessDeniedError', BadRequestError, 'bad_request', 'access_denied'),
  RateLimitExceededError: errorClass('RateLimitExceededError', BadRequestError, 'bad_request', 'rate_limit_exceeded'),
  ConnectionError,
  ConfigurationError: errorClass('ConfigurationError', IntegrationAppError, 'configuration'),
  InternalError: errorClass('InternalError', IntegrationAppError, 'internal'),
  CustomCodeError: errorClass('CustomCodeError', IntegrationAppError, 'custom_code'),
  ConnectionErrorKey: errorKeys,
  BadRequestErrorKey: freeze({
    NOT_FOUND: 'not_found', NOT_AUTHENTICATED: 'not_authenticated', ACCESS_DENIED: 'access_denied',
    ALREADY_EXISTS: 'already_exists', RATE_LIMIT_EXCEEDED: 'rate_limit_exceeded',
  }),
  ErrorType: freeze({
    BAD_REQUEST: 'bad_request', CONNECTION: 'connection', CONFIGURATION: 'configuration', INTERNAL: 'internal', CUSTOM_CODE: 'custom_code',
  }),
}

// hostErrors remembers which error of the host an error tells.
const hostErrors = new WeakMap()

const asObject = (v) => (typeof v === 'object' && v !== null ? v : undefined)

// send sends one request by the host and gives its answer; what the host
// refuses, or the answer that it calls an error, is thrown.
const send = (request) => {
  const text = stringify(request)
  if (text.length > maxRequest) throw new RangeError(`a request has at most ${maxRequest >> 20} MiB`)
  const answer = parse(host('request', text))
  if (!answer.error) return answer
  const { message, key, index } = answer.error
  const error = new ConnectionError({ message, key, data: answer.data ?? undefined })
  if (answer.status) {
    error.status = error.statusCode = answer.status
    error.response = { status: answer.status, headers: headerObject(answer.headers), data: answer.data }
  }
  hostErrors.set(error, index)
  throw error
}

const headerObject = (list) => {
  const object = {}
  for (const [name, value] of list ?? []) object[name] = name in object ? `${object[name]}, ${value}` : value
  return object
}

// A byte stream that has one part: the whole answer.
const streamOf = (bytes) => ({
  async *[Symbol.asyncIterator]() { yield bytes },
  on(event, f) {
    if (event === 'data') queueMicrotask(() => f(bytes))
    if (event === 'end' || event === 'close') setTimeout(f, 0)
    return this
  },
})

const bodyAs = (type, bytes) => (type === 'stream' ? streamOf(Buffer.from(bytes)) : Buffer.from(bytes))
