// console writes into the run's log.

const shown = (v) => {
  switch (typeof v) {
    case 'string': return v
    case 'bigint': return `${v}n`
    case 'symbol': return v.toString()
    case 'function': return `[function ${v.name || 'anonymous'}]`
    case 'object': break
    default: return String(v)
  }
  if (v instanceof Error) return `${v.name}: ${v.message}`
  try {
    return stringify(v, (_, x) => (typeof x === 'bigint' ? `${x}n` : x)) ?? String(v)
  } catch {
    return '[object]'
  }
}

// The host cuts a line for show when it has taken the secrets out of it; this
// bounds memory only.
const maxText = 65536

const write = (level) => (...values) => {
  let line = ''
  for (const v of values) {
    line += (line === '' ? '' : ' ') + shown(v).slice(0, maxText)
    if (line.length > maxText) break
  }
  host('log', level, line.slice(0, maxText))
}

define('console', freeze({
  log: write('info'), info: write('info'), dir: write('info'), warn: write('warn'), error: write('error'),
  debug: write('debug'), trace: write('debug'),
}))
