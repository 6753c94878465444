'use strict'
// What the page does by itself: fields that depend on others come and go,
// progress is shown as it is made, and a few buttons help. Without it the form
// asks the server by being sent, and the page loads itself again.
const main = document.querySelector('main')
const form = document.getElementById('form')
const touched = new Set()
const ours = new Set(['data-field', 'data-part', 'data-keyed', 'data-show', 'data-copy'])

function ready(root) {
  for (const b of root.querySelectorAll('[data-show], [data-copy]')) b.hidden = false
}

// bare is what the server made of an element, without what the user, or what
// extends the browser, made of it.
function bare(element) {
  const e = element.cloneNode(true)
  for (const x of [e, ...e.querySelectorAll('*')]) {
    for (const name of x.getAttributeNames()) {
      if (name === 'style' || name.startsWith('data-') && !ours.has(name)) x.removeAttribute(name)
    }
  }
  for (const x of e.querySelectorAll('input, option, textarea, button')) {
    for (const name of ['checked', 'selected', 'aria-invalid', 'aria-describedby', 'hidden', 'class']) x.removeAttribute(name)
    if (x.matches('input:not([type=hidden], [type=radio], [type=checkbox])')) {
      x.removeAttribute('value')
      x.removeAttribute('type') // of a secret that is shown
    }
    if (x.matches('textarea, button')) x.textContent = ''
  }
  return e.outerHTML.replace(/\s+/g, ' ')
}

// typed notes what the user typed or chose within an element, and hands back
// what does the same in another.
function typed(element) {
  const of = e => [...e.querySelectorAll('input:not([type=hidden]), select, textarea')]
  const values = new Map(of(element).map(x => [x.id, x.matches('[type=radio], [type=checkbox]') ? x.checked : x.value]))
  return fresh => {
    for (const x of of(fresh)) {
      if (!values.has(x.id)) continue
      if (x.matches('[type=radio], [type=checkbox]')) x.checked = values.get(x.id)
      else if (!x.matches('select') || [...x.options].some(o => o.value === values.get(x.id))) x.value = values.get(x.id)
    }
  }
}

// swap puts fresh in the place of old, with what was typed there, and where.
function swap(old, fresh) {
  const again = typed(old)
  const focused = old.contains(document.activeElement) && document.activeElement.id
  old.replaceWith(fresh)
  again(fresh)
  if (focused) document.getElementById(focused)?.focus()
}

function patchField(old, fresh) {
  for (const part of fresh.querySelectorAll('[data-part]')) {
    const was = old.querySelector(`[data-part=${part.dataset.part}]`)
    if (!was) return swap(old, fresh)
    if (part.dataset.part !== 'control') {
      if (was.innerHTML !== part.innerHTML) was.innerHTML = part.innerHTML
    } else if (bare(was) !== bare(part)) {
      swap(was, part)
    } else {
      const controls = e => e.querySelectorAll('input, select, textarea')
      controls(part).forEach((x, i) => {
        for (const name of ['aria-describedby', 'aria-invalid', 'required']) {
          const value = x.getAttribute(name)
          if (value === null) controls(was)[i].removeAttribute(name)
          else controls(was)[i].setAttribute(name, value)
        }
      })
    }
  }
  const sets = [old, fresh].map(e => e.querySelector('fieldset'))
  if (sets[0] && sets[1]) {
    const by = sets[1].getAttribute('aria-describedby')
    if (by === null) sets[0].removeAttribute('aria-describedby')
    else sets[0].setAttribute('aria-describedby', by)
  }
}

// patch makes old like fresh, and touches nothing that is the same.
function patch(old, fresh) {
  if (old.matches('[data-field]')) {
    const kind = e => bare(e.querySelector('[data-part=control]')) && e.querySelector('[data-part=control]').firstElementChild?.tagName
    return kind(old) === kind(fresh) && !!old.querySelector('fieldset') === !!fresh.querySelector('fieldset') ? patchField(old, fresh) : swap(old, fresh)
  }
  if (!old.matches('[data-keyed]')) return bare(old) !== bare(fresh) && swap(old, fresh)
  const left = new Map([...old.children].map(e => [e.id, e]))
  let last = null
  for (const e of [...fresh.children]) {
    const was = left.get(e.id)
    left.delete(e.id)
    if (was) {
      patch(was, e)
      last = document.getElementById(e.id)
      continue
    }
    if (last) last.after(e)
    else old.prepend(e)
    last = e
  }
  for (const e of left.values()) e.remove()
}

const titles = () => new Map([...document.querySelectorAll('#fields [data-field]')].map(e => [e.id, e.querySelector('[data-part=label], .title')?.textContent.trim()]))

// settle takes from the summary what is settled.
function settle() {
  const summary = document.getElementById('problems')
  for (const link of summary?.querySelectorAll('a') ?? []) {
    const field = document.getElementById(link.hash.slice(1))?.closest('[data-field]')
    if (!field?.querySelector('[data-part=problem] p')) link.closest('li').remove()
  }
  if (summary && !summary.querySelector('li')) summary.remove()
  else if (summary?.dataset.counts) {
    const n = summary.querySelectorAll('li').length
    summary.querySelector('h2').textContent = n === 1 ? 'There is a problem' : `There are ${n} problems`
  }
}

// Nothing moves while a button is pressed, or the press would miss it.
let released = null
function hold() {
  if (released) return
  released = new Promise(done => {
    const release = () => { released = null; setTimeout(done) }
    for (const end of ['pointerup', 'pointercancel']) addEventListener(end, release, {once: true})
    setTimeout(release, 1000)
  })
}

let asking = null
async function update() {
  asking?.abort()
  const mine = asking = new AbortController()
  const body = new URLSearchParams(new FormData(form))
  for (const name of touched) body.append('touched', name)
  try {
    const answer = await fetch('fields', {method: 'POST', body, signal: mine.signal})
    if (!answer.ok) return
    const text = await answer.text()
    await released
    if (mine.signal.aborted || form.dataset.sent) return
    const fresh = document.createElement('div')
    fresh.dataset.keyed = ''
    fresh.innerHTML = text
    const before = titles()
    patch(document.getElementById('fields'), fresh)
    ready(form)
    settle()
    const after = titles()
    const news = [...after].filter(([id]) => !before.has(id)).map(([, title]) => title)
    if (news.length) document.getElementById('news').textContent = `New below: ${news.join(', ')}`
  } catch {} // the next change asks again
}

if (form) {
  let timer
  const later = wait => {
    clearTimeout(timer)
    timer = setTimeout(update, wait)
  }
  addEventListener('pointerdown', hold)
  form.addEventListener('input', () => later(300))
  form.addEventListener('change', e => {
    if (e.target.name) touched.add(e.target.name)
    later(0)
  })
  for (const e of form.querySelectorAll('[aria-invalid=true]')) touched.add(e.name)
  for (const e of form.querySelectorAll('.problem:not(:empty)')) touched.add(e.closest('[data-field]').querySelector('[name=seen]').value)
  form.addEventListener('submit', e => {
    if (form.dataset.sent) return e.preventDefault()
    form.dataset.sent = 'true'
  })
  form.addEventListener('click', async e => {
    const button = e.target.closest('button')
    const {show, copy} = button?.dataset ?? {}
    const word = button?.firstElementChild
    if (show) {
      const field = document.getElementById(show)
      const shown = word.textContent === 'Show'
      word.textContent = shown ? 'Hide' : 'Show'
      if (field.matches('textarea')) field.classList.toggle('masked', !shown)
      else field.type = shown ? 'text' : 'password'
    } else if (copy) {
      await navigator.clipboard.writeText(document.getElementById(copy).textContent)
      word.textContent = 'Copied'
      setTimeout(() => { word.textContent = 'Copy' }, 2000)
    }
  })
  ready(form)
}
document.querySelector('[autofocus]')?.focus()

// follow shows progress until the page is another.
async function follow() {
  let version = +main.dataset.version
  let failures = 0
  for (;;) {
    try {
      const answer = await fetch(`state?after=${version}&phase=${main.dataset.phase}&tab=${location.search.slice(1)}`)
      if (!answer.ok) return location.reload()
      const state = await answer.json()
      failures = 0
      if (form?.dataset.sent) return // what the form is answered with is on its way
      if (state.phase !== main.dataset.phase) return location.replace(location.pathname + location.search)
      if (state.version !== version) steps(state.steps)
      version = state.version
    } catch {
      if (++failures > 3) {
        document.getElementById('gone').hidden = false
        return
      }
      await new Promise(done => setTimeout(done, 300 * failures))
    }
  }
}

// steps shows them, and leaves alone what did not change.
function steps(list) {
  const at = document.getElementById('steps')
  if (!at) return
  list.forEach((step, i) => {
    const li = document.createElement('li')
    li.className = step.state
    const mark = li.appendChild(document.createElement('span'))
    mark.className = 'mark'
    mark.setAttribute('aria-hidden', 'true')
    const text = li.appendChild(document.createElement('div'))
    const name = text.appendChild(document.createElement('strong'))
    name.dir = 'auto'
    name.textContent = step.name
    text.append(' ')
    const word = text.appendChild(document.createElement('span'))
    word.className = 'word'
    word.textContent = step.word
    if (step.message) {
      const p = text.appendChild(document.createElement('p'))
      p.className = 'soft text'
      p.dir = 'auto'
      p.textContent = step.message
    }
    const old = at.children[i]
    if (!old) at.append(li)
    else if (old.outerHTML !== li.outerHTML) old.replaceWith(li)
  })
  while (at.children.length > list.length && list.length) at.lastElementChild.remove()
}

if (main.dataset.phase && main.dataset.phase !== 'done') follow()
