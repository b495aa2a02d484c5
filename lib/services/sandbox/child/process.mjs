// The process in which checking functions run: Python in WebAssembly, nothing of this machine around it. Started by ../checker-process.ts under
// Node's permission model; it reads an order a line and answers a line for each call.
import fs from 'node:fs'
import process from 'node:process'
import { loadPyodide } from 'pyodide'
import { buildGate } from './gate.mjs'
import { lock } from './lock.mjs'

/** Memory of Python: what it starts with, four times. */
const MOST_MEMORY = 128 * 1024 * 1024
const READ_BYTES = 65_536
/** The next order comes within a moment while a check goes on; an idle process looks 50 times a second. */
const SHORT_WAIT_MS = 0.25
const LONG_WAIT_MS = 20
/** Exit codes: the interpreter broke down; something closed was called. */
const BROKEN = 3
const GATE = 4

// The permission model refuses this call; the runtime wants names of numbers only.
process.binding = () => ({ fs: fs.constants })
const grow = WebAssembly.Memory.prototype.grow
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65_536 > MOST_MEMORY) throw new RangeError('memory')
  return grow.call(this, pages)
}

const shut = buildGate()
const runner = fs.readFileSync(new URL('runner.py', import.meta.url), 'utf8')
const python = await loadPyodide({
  env: { PYTHONHASHSEED: '0', HOME: '/', LANG: 'C.UTF-8' },
  jsglobals: Object.freeze(Object.create(null)),
})
// What checkers print is for nobody.
const sink = { write: (bytes) => bytes.length }
python.setStdout(sink)
python.setStderr(sink)
python.setStdin({ error: true })
python.runPython(runner)
const { _module: runtime, FS: files } = python
// The places of the two functions, which stay there although no name leads to them any more.
const [begin, call] = python.runPython('[id(begin), id(call)]').toJs()
for (const fn of [begin, call]) runtime._Py_IncRef(fn)
python.runPython('import gc; del begin, call, make, cut; gc.collect()')

const { readSync, writeSync, end } = lock()
shut(() => end(GATE))

const bell = new Int32Array(new SharedArrayBuffer(4))

/** Returns what a read or write of a pipe returns once the pipe is ready; nothing else happens in this process meanwhile. */
function whenReady(act) {
  for (let ms = SHORT_WAIT_MS; ; ms = Math.min(2 * ms, LONG_WAIT_MS)) {
    try {
      return act()
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(bell, 0, 0, ms)
    }
  }
}

function say(message) {
  const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`)
  for (let at = 0; at < bytes.length;) at += whenReady(() => writeSync(1, bytes, at))
}

// Memory of Python as it is before any checker has run; each finds it so.
const before = runtime.HEAPU8.slice()
const streams = [...files.streams]

/** Puts the interpreter back to where it was. What a checker changed, kept or replaced is gone. */
function restore() {
  const { HEAPU8 } = runtime
  HEAPU8.set(before)
  if (HEAPU8.length > before.length) HEAPU8.fill(0, before.length)
  files.streams.splice(0, files.streams.length, ...streams)
  for (const [fd, stream] of streams.entries()) if (stream) stream.fd = fd
}

const decoder = new TextDecoder()
const chunk = new Uint8Array(READ_BYTES)
let rest = ''

function nextLine() {
  for (;;) {
    const at = rest.indexOf('\n')
    if (at >= 0) {
      const line = rest.slice(0, at)
      rest = rest.slice(at + 1)
      return line
    }
    const count = whenReady(() => readSync(0, chunk))
    if (count === 0) return null
    rest += decoder.decode(chunk.subarray(0, count), { stream: true })
  }
}

/** What the first letter of the runner's reply says of the rest. */
const ANSWERS = {
  v: (value) => ({ value }),
  u: () => ({ unsaid: true }),
  e: (error) => ({ error }),
}

/** Returns what a function of the runner answers to a text. */
function ask(fn, text) {
  const bytes = new TextEncoder().encode(text)
  const place = runtime._malloc(bytes.length + 4)
  runtime.HEAPU8.set(bytes, place)
  const given = runtime._PyUnicode_DecodeUTF8(place, bytes.length, 0)
  const reply = runtime._PyObject_CallOneArg(fn, given)
  const start = runtime._PyUnicode_AsUTF8AndSize(reply, place)
  const { HEAPU8, HEAP32 } = runtime
  const answer = new TextDecoder().decode(HEAPU8.slice(start, start + HEAP32[place >> 2]))
  runtime._free(place)
  for (const object of [given, reply]) runtime._Py_DecRef(object)
  return answer
}

function carryOut({ id, source, inputs }) {
  const refused = ask(begin, source)
  for (const [at, input] of inputs.entries()) {
    const reply = refused === '' ? ask(call, JSON.stringify(input)) : `e${refused}`
    say({ id, at, ...ANSWERS[reply[0]](reply.slice(1)) })
  }
  restore()
}

try {
  say({ ready: true })
  for (let line = nextLine(); line !== null; line = nextLine()) {
    carryOut(JSON.parse(line))
    say({ rested: true })
  }
  end(0)
} catch {
  // The interpreter itself broke down: nothing it would say now can be trusted.
  end(BROKEN)
}
