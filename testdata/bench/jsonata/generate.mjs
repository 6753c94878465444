// Makes random expressions and data from a seed. The grammar knows types, so
// that most expressions do something, and ignores them now and then.

/** A small seeded generator of random numbers. */
export function randomizer(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const strings = ['', 'a', 'abc', 'Hello World', 'b,c,,d', ' x  y ', '12', '-3.5e2', 'ß', 'İstanbul', '😀 smile',
  'é', '2018-02-01', '2018-02-01T09:42:13.123+0000', 'aXbXc', '%E2%82%AC', 'a b&c=d', 'ab12cd345', 'true', 'Z', '0'];
const numbers = [0, 1, 2, 3, 4, -1, -2, 0.5, 1.5, 2.5, -0.5, 10, 12, 100, 1e3, 1234.5678, 0.1, 1e21, 1e-7, 123456789,
  1517478133123, 3.14159, 7, 99, 1e15, 0.30000000000000004];
const fields = ['a', 'b', 'c', 'name', 'price', 'tags', 'items', 'x', '1', '0'];

export class Generator {
  constructor(random) { this.random = random; this.vars = []; }
  int(n) { return Math.floor(this.random() * n); }
  chance(p) { return this.random() < p; }
  pick(list) { return list[this.int(list.length)]; }
  many(min, max, make) { return Array.from({ length: min + this.int(max - min + 1) }, make); }

  /** Random data. */
  data(depth) {
    switch (this.int(depth > 0 ? 9 : 5)) {
      case 0: return this.pick(strings);
      case 1: case 2: return this.pick(numbers);
      case 3: return this.chance(0.5);
      case 4: return this.chance(0.3) ? null : this.pick(strings);
      case 5: case 6: return this.many(0, 4, () => this.data(depth - 1));
      default: return this.object(depth);
    }
  }
  object(depth) {
    const o = {};
    for (const key of this.many(0, 5, () => this.pick(fields))) o[key] = this.data(depth - 1);
    return o;
  }
  /** Data with the shape that the expressions expect. */
  document() {
    const item = () => ({
      name: this.pick(strings), price: this.pick(numbers), tags: this.many(0, 3, () => this.pick(strings)),
      ...(this.chance(0.5) ? { items: this.many(0, 3, () => ({ x: this.pick(numbers), name: this.pick(strings) })) } : {}),
    });
    if (this.chance(0.1)) return this.data(3);
    const doc = {
      a: this.many(0, 4, item), b: item(), c: this.many(0, 5, () => this.pick(numbers)),
      name: this.pick(strings), price: this.pick(numbers), x: this.data(3),
    };
    return this.chance(0.1) ? [doc, this.data(2)] : doc;
  }

  literal(s) { return JSON.stringify(s); }

  expr(type, depth) {
    if (this.chance(0.04)) type = this.pick(['num', 'str', 'bool', 'arr', 'obj', 'any', 'fn']);
    if (depth <= 0) return this.leaf(type);
    if (this.chance(0.12)) return this.shared(type, depth - 1);
    return this[type](depth - 1);
  }
  leaf(type) {
    if (this.vars.length && this.chance(0.3)) return this.pick(this.vars);
    switch (type) {
      case 'num': return this.chance(0.5) ? this.pick(['price', 'x', 'b.price', 'c[0]', '$count(a)', 'a[0].price'])
        : String(this.pick(numbers)).replace('+', '');
      case 'str': return this.chance(0.5) ? this.pick(['name', 'b.name', 'a[0].name', 'b.tags[0]', '$string(price)'])
        : this.literal(this.pick(strings));
      case 'bool': return this.pick(['true', 'false', 'price > 1', '$exists(x)', 'null = x']);
      case 'arr': return this.pick(['a', 'c', 'a.tags', 'b.tags', '[1,2,3]', 'a.items', '[]', 'a.price', 'a.name', '*', '["b","a"]', '[1..5]']);
      case 'obj': return this.pick(['b', 'a[0]', '{"k":1,"j":"v"}', '$', '$$', '{}', 'x', '{"2":1,"1":2,"z":0}']);
      case 'fn': return this.pick(['$sum', '$uppercase', '$string', 'function($v){$v}', 'function($v,$i){$i}', '$not', '$count', '/[a-c]/', '$length', '$number']);
      default: return this.pick(['a', 'b', 'c', 'name', 'price', 'x', '*', '**', '$', 'null', 'nothing', '$$', '%', '`1`']);
    }
  }
  /** What may stand for any type. */
  shared(type, d) {
    switch (this.int(7)) {
      case 0: return `(${this.expr('bool', d)} ? ${this.expr(type, d)} : ${this.expr(type, d)})`;
      case 1: return this.let(type, d);
      case 2: return `(${this.expr(type, d)})`;
      case 3: return `${this.expr('arr', d)}[${this.pick(['0', '-1', '1', '[0,1]', '-1.5'])}]`;
      case 4: return `$reduce(${this.expr('arr', d)}, function($p, $q){ ${this.bind(['$p', '$q'], () => this.expr(type, d))} })`;
      case 5: return `${this.fn(d)}(${this.expr(type, d)})`;
      default: return `$eval(${this.literal(this.expr(type, Math.min(d, 1)))})`;
    }
  }
  bind(names, make) {
    const kept = this.vars;
    this.vars = [...kept, ...names];
    const out = make();
    this.vars = kept;
    return out;
  }
  let(type, d) {
    const name = '$v' + this.int(4);
    const value = this.expr(this.pick(['num', 'str', 'arr', 'obj', 'fn']), d);
    return `(${name} := ${value}; ${this.bind([name], () => this.expr(type, d))})`;
  }

  num(d) {
    const n = () => this.expr('num', d), s = () => this.expr('str', d), a = () => this.expr('arr', d);
    return this.pick([
      () => `${n()} ${this.pick(['+', '-', '*', '/', '%'])} ${n()}`, () => `-${this.leaf('num')}`, () => `(${n()} + ${n()}) * ${n()}`,
      () => `$sum(${a()})`, () => `$max(${a()})`, () => `$min(${a()})`, () => `$average(${a()})`, () => `$count(${a()})`,
      () => `$length(${s()})`, () => `$abs(${n()})`, () => `$floor(${n()})`, () => `$ceil(${n()})`,
      () => `$round(${n()}, ${this.pick(['0', '1', '2', '-1', '3'])})`, () => `$round(${n()})`,
      () => `$power(${n()}, ${this.pick(['2', '0', '3', '-1', '0.5'])})`, () => `$sqrt(${n()})`, () => `$number(${this.expr(this.pick(['str', 'bool', 'num']), d)})`,
      () => `$toMillis(${s()})`, () => `$toMillis("${this.pick(['12/03/2019', '2018-07-04', '5 May 2020'])}", "${this.pick(['[D]/[M01]/[Y]', '[Y]-[M]-[D]', '[D] [MNn] [Y0001]'])}")`,
      () => `$parseInteger(${this.literal(this.pick(['xii', '1,234', 'twelve', 'one hundred and five', '0042', 'C', 'aa']))}, ${this.integerPicture()})`,
    ])();
  }
  integerPicture() {
    return this.literal(this.pick(['0', '000', '#,##0', 'i', 'I', 'w', 'W', 'Ww', 'a', 'A', '0;o', 'w;o', 'Ww;o', '#,##,000', '٠', '##0.00', 'α', '#', '1;c']));
  }
  numberPicture() {
    return this.literal(this.pick(['#,##0.00', '0', '#', '000.###', '0.0e0', '#0.00%', '0‰', '#,##,##0', '#,###.##0;(0)', '0.000,0', '00e00', '[0]', 'x', '#.#', '.00', '0;-0;1', '0,0,0']));
  }
  datePicture() {
    return this.literal(this.pick(['[Y0001]-[M01]-[D01]', '[D1o] [MNn] [Y]', '[FNn], [D]', '[h]:[m01] [P]', '[W] [w] [X] [x]', '[d] [F]', '[Y,2-2]',
      '[H01]:[m]:[s].[f001] [Z]', '[MN,3-3]', '[z]', '[Z01:01t]', '[YI]', '[Dw]', '[[x]]', '[Ywo]', '[q]', '[Y', '[E] [C]', '[M#1]', '[Z0000]', '[Z0]', '[HN]', '[FN,*-3]']));
  }
  str(d) {
    const n = () => this.expr('num', d), s = () => this.expr('str', d), a = () => this.expr('arr', d), any = () => this.expr('any', d);
    return this.pick([
      () => `${s()} & ${any()}`, () => `$string(${any()})`, () => `$string(${any()}, true)`, () => `$substring(${s()}, ${this.pick(['0', '1', '-2', '2.5', '-10'])})`,
      () => `$substring(${s()}, ${this.pick(['0', '1', '-3'])}, ${this.pick(['1', '2', '0', '-1', '1.5'])})`,
      () => `$substringBefore(${s()}, ${s()})`, () => `$substringAfter(${s()}, ${s()})`, () => `$uppercase(${s()})`, () => `$lowercase(${s()})`,
      () => `$trim(${s()})`, () => `$pad(${s()}, ${this.pick(['5', '-5', '12', '0'])}${this.pick(['', ', "#"', ', "ab"', ', "😀x"'])})`,
      () => `$join(${a()}, ${this.pick(['","', '""', '" - "'])})`, () => `$join(${a()})`, () => `$replace(${s()}, ${this.pick([this.regex(), '"a"', '"X"', '" "'])}, ${this.replacement()}${this.pick(['', ', 1'])})`,
      () => `$base64encode(${s()})`, () => `$base64decode(${s()})`, () => `$encodeUrlComponent(${s()})`, () => `$encodeUrl(${s()})`,
      () => `$decodeUrlComponent(${s()})`, () => `$decodeUrl(${s()})`, () => `$type(${any()})`, () => `$formatBase(${n()}, ${this.pick(['2', '16', '36', '10', '1'])})`,
      () => `$formatNumber(${n()}, ${this.numberPicture()})`, () => `$formatInteger(${n()}, ${this.integerPicture()})`,
      () => `$fromMillis(${this.pick(['0', '1517478133123', '1204405500000', '-86400000', n()])}, ${this.datePicture()}${this.pick(['', ', "+0530"', ', "-0800"'])})`,
      () => `$fromMillis(${this.pick(['0', '951782400000', '1e12'])})`, () => `$sort(${a()})[0]`,
    ])();
  }
  replacement() {
    return this.pick(['"-"', '"$1"', '"[$0]"', '"$$"', '"$2$1"', '"$x"', 'function($m){ $uppercase($m.match) }', 'function($m){ $string($m.start) & "/" & $count($m.groups) }']);
  }
  regex() {
    return this.pick(['/a/', '/[a-c]+/', '/(\\w)(\\w)/', '/\\s+/', '/[0-9]+/', '/^./', '/o/i', '/(x|y)|z/', '/,/', '/\\b\\w/', '/[^a-z]/', '/l{2}/', '/a*/', '/(a)?b/', '/\\//', '/e$/m', '/[\\d.]+/', '/./']);
  }
  bool(d) {
    const n = () => this.expr('num', d), s = () => this.expr('str', d), a = () => this.expr('arr', d), any = () => this.expr('any', d), b = () => this.expr('bool', d);
    return this.pick([
      () => `${n()} ${this.pick(['<', '>', '<=', '>=', '=', '!='])} ${n()}`, () => `${s()} ${this.pick(['<', '>', '=', '!='])} ${s()}`, () => `${b()} ${this.pick(['and', 'or'])} ${b()}`,
      () => `$not(${any()})`, () => `$boolean(${any()})`, () => `$exists(${any()})`, () => `${any()} in ${a()}`, () => `$contains(${s()}, ${this.pick([this.regex(), s()])})`,
      () => `${any()} = ${any()}`,
    ])();
  }
  arr(d) {
    const n = () => this.expr('num', d), s = () => this.expr('str', d), a = () => this.expr('arr', d), any = () => this.expr('any', d), o = () => this.expr('obj', d);
    return this.pick([
      () => `[${this.many(0, 4, any).join(', ')}]`, () => `[${this.pick(['0', '1', '-2'])}..${this.pick(['0', '3', '5', n()])}]`, () => `$append(${any()}, ${any()})`,
      () => `$map(${a()}, ${this.expr('fn', d)})`, () => `$filter(${a()}, ${this.expr('fn', d)})`, () => `$sort(${a()})`, () => `$sort(${a()}, function($l, $r){ $l ${this.pick(['<', '>'])} $r })`,
      () => `$reverse(${a()})`, () => `$distinct(${a()})`, () => `$zip(${a()}, ${a()})`, () => `$keys(${any()})`, () => `$spread(${any()})`, () => `$each(${o()}, function($v, $k){ ${this.bind(['$v', '$k'], () => this.expr('any', d))} })`,
      () => `$split(${s()}, ${this.pick([this.regex(), '","', '""', '"X"'])}${this.pick(['', ', 2', ', 0'])})`, () => `$match(${s()}, ${this.regex()}${this.pick(['', ', 1'])})`,
      () => this.path(d), () => this.path(d), () => this.path(d), () => this.path(d), () => this.path(d), () => `$match(${s()}, ${this.regex()}).${this.pick(['match', 'index', 'groups'])}`,
    ])();
  }
  path(d) {
    const start = this.pick(['a', 'a', 'a', 'b', '$', '$$', 'x', 'c', '**', this.expr('obj', d), this.expr('arr', d), `(${this.expr('arr', d)})`]);
    return start + this.many(0, 3, () => this.step(d)).join('');
  }
  step(d) {
    return this.pick([
      () => '.name', () => '.price', () => '.tags', () => '.items', () => '.items.x', () => '.*', () => '.**', () => '.%.name', () => '.items.%.name', () => '[0]', () => '[-1]', () => '[]',
      () => `[${this.expr('bool', d)}]`, () => `[${this.expr('num', d)}]`, () => `.(${this.expr('any', d)})`, () => `.{"k": ${this.expr('any', d)}}`, () => `.[${this.expr('any', d)}]`, () => `{name: ${this.expr('any', d)}}`,
      () => `{$string(price): $sum(x)}`, () => `^(${this.pick(['', '<', '>'])}${this.pick(['price', 'name', '$', 'x'])})`, () => '^(>price, <name)', () => `.$string(${this.pick(['', '$', 'name'])})`, () => '."name"', () => '.`price`',
      () => '#$i', () => '#$i[$i < 2]', () => '#$i.{"n": name, "i": $i}', () => `@$e.items@$f.{"e": $e.name, "f": $f.x}`, () => '@$e[$e.price > 1].price', () => `.${this.fn(d)}($)`, () => `.items[%.price > ${this.pick(numbers)}]`,
    ])();
  }
  obj(d) {
    const any = () => this.expr('any', d), a = () => this.expr('arr', d), o = () => this.expr('obj', d);
    return this.pick([
      () => `{${this.many(0, 3, () => `${this.literal(this.pick(fields))}: ${any()}`).join(', ')}}`, () => `$merge(${this.pick([`[${o()}, ${o()}]`, a()])})`, () => `$sift(${o()}, function($v, $k){ ${this.bind(['$v', '$k'], () => this.expr('bool', d))} })`,
      () => `${o()} ~> |${this.pick(['$', '**', 'a', 'b', 'items', 'a[0]'])}|{${this.literal(this.pick(fields))}: ${any()}}${this.pick(['', ', "name"', ', ["a","x"]'])}|`, () => `$clone(${o()})`, () => `${a()}{name: price}`, () => `$lookup(${o()}, ${this.literal(this.pick(fields))})`, () => `${a()}{$string($): $count($)}`,
    ])();
  }
  fn(d) {
    const params = this.pick([['$v'], ['$v', '$i'], ['$v', '$i', '$all'], []]);
    const type = this.pick(['num', 'str', 'bool', 'any', 'arr', 'obj']);
    return this.pick([
      () => `function(${params.join(', ')})${this.pick(['', '', '', params.length === 1 ? this.pick(['<n:n>', '<s-:s>', '<a<n>:n>', '<x?:x>', '<o:o>']) : ''])}{ ${this.bind(params, () => this.expr(type, d))} }`,
      () => `(${this.pick(['$uppercase ~> $length', '$trim ~> $lowercase', '$string ~> $length'])})`, () => this.pick(['$append(?, 1)', '$substring(?, 1)', '$power(?, 2)', '$join(?, ",")', '$contains(?, "a")', '$round(?, 1)']),
      () => this.leaf('fn'),
    ])();
  }
  any(d) {
    if (this.chance(0.1)) return `${this.expr('any', d)} ~> ${this.pick(['$string', '$count', '$keys', '$uppercase', '$sum()', '$append(1)', '$map(function($v){$v})', this.fn(d)])}`;
    return this.expr(this.pick(['num', 'str', 'bool', 'arr', 'obj']), d);
  }
}
