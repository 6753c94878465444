// Evaluates random expressions with the reference implementation and prints
// one case a line: {"expr", "input", "result" | "undefined" | "error"}.
//
//   node reference.mjs jsonata.js COUNT SEED
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { Generator, randomizer } from './generate.mjs';

const [library, count, seed] = process.argv.slice(2);
const sandbox = vm.createContext({ Buffer, global: { Buffer }, module: { exports: {} }, exports: {} });
vm.runInContext(readFileSync(library, 'utf8'), sandbox);
const run = new vm.Script('output = jsonata(source).evaluate(input)');
vm.runInContext('jsonata = module.exports', sandbox);

const isFunction = v => typeof v === 'function' || (v && (v._jsonata_function || v._jsonata_lambda));

/** The data of a result: no functions, numbers that JSON lacks as objects. */
function data(v, depth = 0) {
  if (depth > 500) throw new Error('result contains itself');
  if (v === undefined || isFunction(v)) return undefined;
  if (typeof v === 'number' && !Number.isFinite(v)) return { $number: String(v) };
  if (Array.isArray(v)) return Array.from(v, item => data(item, depth + 1) ?? null);
  if (v === null || typeof v !== 'object') return v;
  const out = Object.create(null);
  for (const key of Object.keys(v)) {
    const value = data(v[key], depth + 1);
    if (value !== undefined) out[key] = value;
  }
  return out;
}

function outcome(source, value) {
  const text = JSON.stringify(value);
  const input = vm.runInContext('JSON.parse', sandbox)(text);
  const result = evaluate(source, input);
  return unchanged(input, text) ? result : { error: 'input changed' };
}

function unchanged(value, text) {
  try {
    return JSON.stringify(value) === text;
  } catch {
    return false; // it contains itself by now
  }
}

function evaluate(source, input) {
  Object.assign(sandbox, { source, input, output: undefined });
  try {
    run.runInContext(sandbox, { timeout: 2000 });
    const result = data(sandbox.output);
    return result === undefined ? { undefined: true } : { result };
  } catch (err) {
    if (err.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return { error: 'timeout' };
    let inner = err;
    while (inner.code === 'D3121' && inner.error) inner = inner.error; // of $eval
    return { error: inner.code ? err.code : `native ${inner.name}: ${inner.message}` };
  }
}

const random = randomizer(Number(seed));
for (let i = 0; i < Number(count); i++) {
  const g = new Generator(random);
  const input = g.document();
  const expr = g.expr(g.pick(['num', 'str', 'bool', 'arr', 'arr', 'obj', 'any']), 1 + g.int(4));
  process.stdout.write(JSON.stringify({ expr, input, ...outcome(expr, input) }) + '\n');
}
