// The end of the runtime: built-in modules, and how the host drives a call.

let axiosModule
const modules = {}
Object.defineProperties(modules, {
  axios: { get: () => (axiosModule ??= makeAxios()) },
  sdk: { value: sdk },
  errors: { value: errors },
  crypto: { value: crypto },
})
Object.defineProperty(globalThis, 'connectorModules', { value: freeze(modules) })

let state = 'waiting'
let outcome

const settle = (how, value) => {
  if (state !== 'waiting') return
  state = how
  outcome = value
}

const isFunction = (f) => typeof f === 'function'

// pick finds the function that is called for a method among what a script
// exports.
const pick = (exported, method) => {
  const main = exported.default
  return [main, main?.default, exported[method], main?.[method]].find(isFunction)
}

const invoke = async (exported, text) => {
  const { method, args, client } = parse(text)
  const f = pick(exported, method)
  if (!f) throw new TypeError('the script exports no function that can be called')
  if (client) args.apiClient = args.externalApiClient = apiClient
  return f(args)
}

const frames = (e) => (typeof asObject(e)?.stack === 'string' ? e.stack.slice(0, 8192) : '')

const describe = (e) => {
  // The engine throws null where it has no memory left for an error.
  if (e === null) return '{"name":"InternalError","message":"out of memory"}'
  const error = asObject(e)
  const text = (v) => (typeof v === 'string' ? v : undefined)
  let message = text(error?.message) ?? (error ? shown(e) : String(e))
  if (error instanceof AggregateError && !message) message = error.errors.map(shown).join('; ')
  return stringify({
    name: text(error?.name) ?? '', message: message.slice(0, maxText), stack: frames(e),
    key: text(error?.key) ?? text(asObject(error?.data)?.key), host: error && hostErrors.get(error),
  })
}

// control is what the host calls.
return (what, a, b) => {
  switch (what) {
    case 'clock':
      clock = a
      return
    case 'start': // a is the promise of the module; b describes the call
      return void Reflect.apply(then, Reflect.apply(then, a, [() => invoke(globalThis.connectorExports, b)]), [
        (v) => settle('done', v),
        (e) => settle('failed', e),
      ])
    case 'state':
      return state
    case 'timer':
      return nextTimer()
    case 'fire':
      try {
        fireTimer()
      } catch (e) {
        settle('failed', e)
      }
      return
    case 'result': {
      const text = stringify(outcome)
      if (text !== undefined && text.length > maxResult) throw new RangeError(`a result has at most ${maxResult >> 20} MiB`)
      return text
    }
    case 'failure':
      return describe(outcome)
  }
}
