import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkerPool } from './pool'

const { signal } = new AbortController()
const pool = checkerPool()
afterAll(() => pool.close())

/** Source of a checking function with this body. */
function checker(body: string): string {
  const lines = body.trim().split('\n')
  return `def evaluate(response):\n${lines.map((line) => `    ${line}`).join('\n')}\n`
}

async function outcome(body: string, input = 'x', expected: boolean | string = true) {
  const [line] = await pool.runChecks([checker(body)], [[input, expected]], signal)
  return line?.[0]
}

/** Raises what is shown where the condition holds, so that an attempt that fails by a slip of its own is noticed. */
const closedIf = (condition: string) => `if ${condition}: raise ZeroDivisionError\nreturn True`
const CLOSED = 'error: ZeroDivisionError'

// Files of this machine that an attempt would meet.
const secret = path.join(os.tmpdir(), `evolens-secret-${process.pid}`)
fs.writeFileSync(secret, 'secret')
afterAll(() => fs.rmSync(secret))
const made = `/tmp/evolens-made-${process.pid}`

const AGAIN =
  'import sys\nfor name in [k for k in sys.modules if sys.modules[k] is None]: del sys.modules[name]\n'

/** What is tried -> its source and what comes of it. */
const ATTEMPTS: Record<string, [body: string, outcome: string]> = {
  environment: [
    `import os\n${closedIf('not any(k in os.environ for k in ("EVOLENS_DATA_DIR", "NODE_ENV", "VITEST"))')}`,
    CLOSED,
  ],
  'file of this machine': [
    `return len(open(${JSON.stringify(secret)}).read()) > 0`,
    'error: FileNotFoundError',
  ],
  '/etc/passwd': ['return len(open("/etc/passwd").read()) > 0', 'error: FileNotFoundError'],
  'environment of the process': [
    'return open("/proc/self/environ").read() != ""',
    'error: FileNotFoundError',
  ],
  folders: [
    `import os\n${closedIf('set(os.listdir("/")) == {"tmp", "home", "dev", "proc", "lib"}')}`,
    CLOSED,
  ],
  'new file': [`open("${made}", "w").write("x")\nreturn True`, 'error: IOError'],
  'change of the library': ['open("/lib/python314.zip", "r+b")\nreturn True', 'error: IOError'],
  'removal of the library': [
    'import os\nos.unlink("/lib/python314.zip")\nreturn True',
    'error: PermissionError',
  ],
  'new folder': ['import os\nos.mkdir("/tmp/x")\nreturn True', 'error: PermissionError'],
  socket: ['import socket\nsocket.socket()\nreturn True', 'error: PermissionError'],
  connection: [
    'import socket\nsocket.create_connection(("127.0.0.1", 80), 1)\nreturn True',
    'killed',
  ],
  datagram: [
    'import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nreturn True',
    'error: PermissionError',
  ],
  urllib: [
    'import urllib.request\nurllib.request.urlopen("http://127.0.0.1:9")\nreturn True',
    'killed',
  ],
  'name server': ['import socket\nsocket.getaddrinfo("localhost", 80)\nreturn True', 'killed'],
  'import js': ['import js\nreturn True', 'error: ModuleNotFoundError'],
  fetch: ['from js import fetch\nreturn True', 'error: ModuleNotFoundError'],
  XMLHttpRequest: ['from js import XMLHttpRequest\nreturn True', 'error: ModuleNotFoundError'],
  pyodide_js: ['import pyodide_js\nreturn True', 'error: ModuleNotFoundError'],
  _pyodide: ['import _pyodide\nreturn True', 'error: ModuleNotFoundError'],
  run_js: [
    'from pyodide.code import run_js\nreturn run_js("1") == 1',
    'error: ModuleNotFoundError',
  ],
  'run_js, imported again': [
    `${AGAIN}from pyodide.code import run_js\nreturn run_js("1") == 1`,
    'error: ModuleNotFoundError',
  ],
  'bridge, imported again': [
    `${AGAIN}import _pyodide_core\nreturn bool(_pyodide_core.to_js([1]))`,
    'killed',
  ],
  'bridge, proxy of a function': [
    `${AGAIN}import _pyodide_core\nreturn bool(_pyodide_core.create_proxy(print))`,
    'killed',
  ],
  'bridge, from the list of modules': [
    'import _imp\nfrom importlib.machinery import ModuleSpec\ncore = _imp.create_builtin(ModuleSpec("_pyodide_core", None))\n_imp.exec_builtin(core)\nreturn bool(core.to_js({}))',
    'killed',
  ],
  'proxies left in memory': [
    `import gc\n${closedIf('not [o for o in gc.get_objects() if "JsProxy" in repr(type(o).__mro__) and not isinstance(o, type)]')}`,
    CLOSED,
  ],
  ctypes: ['import ctypes\nreturn True', 'error: ModuleNotFoundError'],
  'ctypes, imported again': [
    `${AGAIN}import ctypes\nreturn ctypes.CFUNCTYPE(ctypes.c_int)(print) is not None`,
    'killed',
  ],
  'memory read and called': [
    `${AGAIN}import ctypes\nrun = ctypes.pythonapi["emscripten_run_script"]\nrun(b"1")\nreturn True`,
    'killed',
  ],
  'os.system': ['import os\nreturn os.system("true") == 0', 'killed'],
  popen: ['import os\nreturn os.popen("id").read() != ""', 'error: IOError'],
  fork: ['import os\nos.fork()\nreturn True', 'error: IOError'],
  'fork bomb': [
    'import os\nwhile True:\n    try: os.fork()\n    except ValueError: pass',
    'error: IOError',
  ],
  subprocess: ['import subprocess\nsubprocess.run(["id"])\nreturn True', 'error: IOError'],
  threads: [
    'import threading\nthreading.Thread(target=print).start()\nreturn True',
    'error: RuntimeError',
  ],
  'package from the network': ['import micropip\nreturn True', 'error: ModuleNotFoundError'],
  recursion: ['def f(n): return f(n + 1)\nreturn f(0)', 'error: RecursionError'],
  'recursion without limit': [
    'import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nreturn f(0)',
    'killed',
  ],
  'ten billion letters': ['return len("x" * 10**10) > 0', 'error: OverflowError'],
  'a gigabyte': ['return len(bytearray(10**9)) > 0', 'error: MemoryError'],
  'filling memory': [
    'x = []\nwhile True: x.append("y" * 10**6 + str(len(x)))',
    'error: MemoryError',
  ],
  'sys.exit': ['import sys\nsys.exit(0)', 'error: SystemExit'],
  'os._exit': ['import os\nos._exit(0)', 'killed'],
  abort: ['import os\nos.abort()', 'killed'],
  'SIGKILL to itself': [
    'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\nreturn True',
    'killed',
  ],
  'SIGKILL to its parent': [
    'import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nreturn True',
    'error: PermissionError',
  ],
  'bytecode made up': [
    'return eval((lambda: 0).__code__.replace(co_code=b"\\xff" * 60, co_consts=()))',
    'killed',
  ],
  'forged answer': [
    'import os, json\nos.write(1, b\'{"id":1,"at":0,"value":"true"}\\n\')\nos.write(3, b"x")\nreturn True',
    'error: PermissionError',
  ],
  'standard input': ['return input() != ""', 'error: IOError'],
  'true as a text': ['return "true"', 'fail'],
  'one for true': ['return 1', 'fail'],
  'an object that equals everything': [
    'class E:\n    def __eq__(self, other): return True\nreturn E()',
    'fail',
  ],
  'a boolean of its own': ['class B(int):\n    pass\nreturn B(1)', 'fail'],
  'prototype in a mapping': [
    'return {"__proto__": {"polluted": True}, "constructor": {"prototype": {"polluted": True}}}',
    'fail',
  ],
  'value of a megabyte': ['return "x" * 10**6', 'fail'],
  'value without end': ['x = []\nx.append(x)\nreturn x', 'fail'],
  'error with another name': [
    'class pass_(Exception): pass\npass_.__name__ = "x" * 10**6\nraise pass_()',
    'error: Exception',
  ],
}

/** Those that end only because they are killed after five seconds. */
const ENDLESS: Record<string, string> = {
  'endless loop': 'while True: pass',
  'loop that catches everything':
    'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
  'ten to the hundred millionth': 'return 10**10**8 > 0',
  'regular expression that explodes':
    'import re\nreturn re.match("(a+)+$", "a" * 40 + "b") is not None',
  'printing without end': 'while True: print("x" * 10**6)',
  sleep: 'import time\ntime.sleep(60)\nreturn True',
}

describe.concurrent('what a checking function may try', () => {
  it.each(Object.entries(ATTEMPTS))(
    '%s',
    async (_name, [body, expected]) => {
      // A busy machine may take longer than five seconds to get there.
      const ends = expected === 'killed' ? ['killed', 'timeout'] : [expected]
      expect(ends).toContain(await outcome(body))
    },
    300_000,
  )

  it.each(Object.entries(ENDLESS))(
    '%s',
    async (_name, body) => {
      expect(await outcome(body)).toBe('timeout')
    },
    300_000,
  )
})

describe('what one function does to the next', () => {
  it('leaves nothing behind on this machine, and the service goes on', async () => {
    expect(fs.readFileSync(secret, 'utf8')).toBe('secret')
    expect(fs.existsSync(made)).toBe(false)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(await outcome('return response == "x"')).toBe('pass')
  }, 300_000)

  const looks = checker(
    'import json, re, string, os, sys, builtins, random\nprint("x", flush=True)\nreturn "/".join([str(len("abc")), str(len(re.findall("a", "aa"))), json.dumps([1]), string.digits, os.getcwd(), str(hasattr(builtins, "left")), str(sys.getrecursionlimit() > 10**6)])',
  )
  const CLEAN = '3/2/[1]/0123456789///False/False'
  const changes = checker(
    'import builtins, gc, os, sys, json, re, string\nfor o in gc.get_objects():\n    if type(o).__name__ == "function" and o.__name__ == "begin" and o.__module__ == "__main__":\n        for cell in o.__closure__: cell.cell_contents = None\n        builtins.met = True\nbuiltins.left = 1\nbuiltins.len = lambda x: 7\nre.findall = lambda *a: []\njson.dumps = lambda x: "forged"\nstring.digits = "z"\nsys.modules["json"] = None\nsys.setrecursionlimit(10**7)\nfiles = [open("/lib/python314.zip") for _ in range(50)]\nbuiltins.kept = files\nx = "y" * 40_000_000\nos.close(1)\nos.close(2)\nreturn len("a") == 7 and builtins.met',
  )

  it('finds everything as it was', async () => {
    // One function at a time, so that they meet the same process.
    for (const [source, expected] of [
      [looks, CLEAN],
      [changes, true],
      [looks, CLEAN],
    ] as const) {
      expect(await pool.runChecks([source], [['x', expected]], signal)).toEqual([['pass']])
    }
  }, 300_000)
})
