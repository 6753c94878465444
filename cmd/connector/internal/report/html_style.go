package report

// htmlStyle is the style of the page: one column that fits a telephone, in the
// reader's light or dark. What a colour says, a word says, too.
const htmlStyle = `
:root {
  color-scheme: light dark;
  --page: #fff; --ink: #1f2328; --soft: #57606a; --line: #d0d7de; --box: #f6f8fa; --link: #0550ae;
  --good: #116329; --bad: #a40e26; --other: #6b4c00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --ink: #e6edf3; --soft: #9ea7b3; --line: #3d444d; --box: #161b22; --link: #79b8ff;
    --good: #56d364; --bad: #ff9492; --other: #e3b341;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 0 0 .5rem; font-size: 1.05rem; line-height: 1.4; }
h4 { margin: 1rem 0 .25rem; font-size: .95rem; }
p, ul, dl { margin: .5rem 0; }
ul { padding-left: 1.25rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
pre { margin: .5rem 0; padding: .75rem; background: var(--box); border: 1px solid var(--line); border-radius: 6px;
  white-space: pre-wrap; max-height: 32rem; overflow: auto; }
table { width: 100%; border-collapse: collapse; }
caption { padding: .25rem 0; text-align: left; color: var(--soft); font-size: .9rem; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: normal; }
th { font-weight: 600; }
tbody th { min-width: 8.5rem; font-weight: 400; overflow-wrap: anywhere; }
.request { min-width: 8rem; overflow-wrap: anywhere; }
.result, .number { white-space: nowrap; }
.number { text-align: right; }
.scroll { overflow-x: auto; }
.soft { color: var(--soft); font-size: .9rem; }
.verdict { margin: .5rem 0 0; font-size: 1.15rem; }
.test { margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-left-width: 5px; border-radius: 6px; }
.test.passed { border-left-color: var(--good); }
.test.failed { border-left-color: var(--bad); }
.test.skipped { border-left-color: var(--other); }
.passed > .word, .word.passed { color: var(--good); }
.failed > .word, .word.failed { color: var(--bad); }
.skipped > .word, .word.skipped, .word.warning { color: var(--other); }
.word { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .15rem 0; }
@media (max-width: 34rem) {
  body { padding: 1rem .75rem 3rem; }
  th, td { padding: .35rem .25rem; }
  table { font-size: .9rem; }
  tbody th { min-width: 6.5rem; }
  .request { min-width: 7rem; }
  .test { padding: .75rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .4rem; }
}
@media print { .test { break-inside: avoid; } pre { max-height: none; } }
`
