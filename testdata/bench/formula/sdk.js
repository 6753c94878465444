// Times the formulas of formula/bench_test.go in the npm package of the format.
const { buildData } = require('@membranehq/sdk')

const variables = {
  credentials: { token: 'a1b2c3d4e5f6', user: 'ann@example.com', password: 'correct horse' },
  connection: { region: 'eu', account: '4711' },
}

const formulas = {
  concat: { $concat: ['https://', { $var: 'connection.region' }, '.example.com/', { $var: 'connection.account' }] },
  headers: {
    Authorization: { $concat: ['Bearer ', { $var: 'credentials.token' }] },
    Accept: 'application/json',
    'X-Version': { $case: { cases: [{ filter: { $eval: { $var: 'connection.region' }, is: 'eu' }, value: '2' }], default: '1' } },
  },
  base64: { $jsonata: '$base64encode(credentials.user & ":" & credentials.password)' },
}

for (const [name, formula] of Object.entries(formulas)) {
  const rounds = name === 'base64' ? 5_000 : 50_000
  let best = Infinity
  for (let i = 0; i < 5; i++) {
    const start = process.hrtime.bigint()
    for (let j = 0; j < rounds; j++) buildData(formula, variables, {})
    best = Math.min(best, Number(process.hrtime.bigint() - start) / rounds)
  }
  console.log(`${name}/sdk ${best.toFixed(0)} ns/op`)
}
