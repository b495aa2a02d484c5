// The border between WebAssembly and JavaScript. Python has no other way out of its memory than the functions that it imports, and of
// those it keeps, once the gate is shut, what is listed here: clocks, random numbers, and reading its own library.

/** What works as before. */
const OPEN = new Set(
  `
  _PyEM_TrampolineCall_JS _Py_emscripten_runtime emscripten_resize_heap
  emscripten_get_heap_max emscripten_get_now emscripten_date_now _tzset_js _timegm_js
  _mktime_js _localtime_js _gmtime_js environ_sizes_get environ_get fd_close fd_read
  fd_seek fd_pread fd_fdstat_get clock_res_get clock_time_get random_get
  __syscall_fstat64 __syscall_stat64 __syscall_newfstatat __syscall_lstat64
  __syscall_getcwd __syscall_getdents64 __syscall_faccessat __syscall_readlinkat
  __syscall_fcntl64 _try_fcntl64 __syscall_ioctl __syscall_fadvise64
  __syscall_getuid32_js
`.match(/\S+/g),
)

/** Errors of the system, as calls return them. */
const NOT_ALLOWED = 63
const READ_ONLY = 69
/** Flags of `open` that ask for more than reading: write, read and write, create, truncate. */
const CHANGES = 1 | 2 | 64 | 512

/**
 * Puts the gate around everything that is instantiated from now on and returns what shuts it; `end` is called, and must not
 * return, when something that is closed is called that cannot be refused.
 */
export function buildGate() {
  let end = null
  const guards = {
    __syscall_openat: (call) => (folder, path, flags, more) =>
      end && flags & CHANGES ? -READ_ONLY : call(folder, path, flags, more),
    // Standard output and error lead nowhere; nothing else can be written to.
    fd_write: (call) => (fd, parts, count, written) =>
      end && fd > 2 ? NOT_ALLOWED : call(fd, parts, count, written),
    // No signal ever comes, and nothing is waited for.
    _Py_CheckEmscriptenSignals_Helper: (call) => () => (end ? 0 : call()),
    can_run_sync_js: (call) => () => (end ? 0 : call()),
  }
  const guarded = (name, call) => {
    if (typeof call !== 'function' || OPEN.has(name)) return call
    const own = guards[name]
    if (own) return own(call)
    const isSystemCall = name.startsWith('__syscall_')
    return (...given) => {
      if (!end) return call(...given)
      return isSystemCall ? -NOT_ALLOWED : end(name)
    }
  }
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = (source, imports = {}) => {
    for (const module of ['env', 'wasi_snapshot_preview1']) {
      const own = imports[module]
      if (!own) continue
      // Names that are not there yet are made up by the runtime when they are asked for.
      imports[module] = new Proxy(own, { get: (from, name) => guarded(name, from[name]) })
    }
    return instantiate(source, imports)
  }
  return (how) => {
    end = how
  }
}
