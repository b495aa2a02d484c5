// Takes from this process whatever reaches the machine. Node's permission model has closed files, processes and threads already;
// in this version of Node it says nothing of sockets and signals.
import fs from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import process from 'node:process'

/** Modules of Node that open sockets, start something or load code. */
const CLOSED = `
  net tls dgram dns dns/promises http https http2 child_process worker_threads cluster
  inspector inspector/promises module vm repl v8 wasi os fs fs/promises process timers
  timers/promises trace_events
`.match(/\S+/g)

/** What the Python runtime still needs of the global object besides the language itself. */
const KEPT = new Set(['TextDecoder', 'TextEncoder'])

/** What the language itself has, as a fresh realm has it, less what would compile text. */
const LANGUAGE = new Set(
  `
  Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean
  String Symbol Date Promise RegExp Error JSON AggregateError EvalError RangeError
  ReferenceError SyntaxError TypeError URIError globalThis Math Intl ArrayBuffer
  Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array
  Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set
  WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry Atomics SharedArrayBuffer
  decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape isFinite
  isNaN Iterator
`.match(/\S+/g),
)

function denied() {
  throw new Error('closed in the sandbox')
}

/** Replaces every function of an object, and of the classes in it. */
function close(holder, seen = new Set()) {
  if (holder === null || seen.has(holder)) return
  seen.add(holder)
  for (const key of Reflect.ownKeys(holder)) {
    const found = Object.getOwnPropertyDescriptor(holder, key)
    if (key === 'constructor' || !found) continue
    const { value } = found
    const isClass = typeof value === 'function' && value.prototype
    if (isClass && value.prototype !== Object.prototype) close(value.prototype, seen)
    if (typeof value === 'object' && value !== null && key === 'promises') close(value, seen)
    if (!found.configurable) {
      if (found.writable && typeof value === 'function') holder[key] = denied
    } else if (typeof value === 'function' || found.get || found.set) {
      Object.defineProperty(holder, key, { value: denied, configurable: true, writable: true })
    }
  }
}

/**
 * Closes everything and returns the only ways out that are left: reading orders, writing answers, ending. Nothing of Node
 * works afterwards, whoever holds a reference to it.
 */
export function lock() {
  const { readSync, writeSync } = fs
  const end = process.reallyExit.bind(process)
  const clock = performance.now.bind(performance)
  const random = crypto.getRandomValues.bind(crypto)
  const require = createRequire(import.meta.url)
  for (const module of CLOSED.map((name) => require(`node:${name}`))) close(module)
  close(process)
  syncBuiltinESMExports()
  for (const key of Reflect.ownKeys(globalThis)) {
    if (LANGUAGE.has(key) || KEPT.has(key)) continue
    delete globalThis[key]
  }
  const set = (key, value) =>
    Object.defineProperty(globalThis, key, { value, configurable: false, writable: false })
  set('performance', Object.freeze({ now: clock, timeOrigin: 0 }))
  set('crypto', Object.freeze({ getRandomValues: random }))
  set('console', Object.freeze({ log() {}, warn() {}, error() {}, debug() {} }))
  return { readSync, writeSync, end }
}
