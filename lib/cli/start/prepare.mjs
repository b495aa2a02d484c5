import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { bundleThread } from './bundle.mjs'
import { ROOT, childEnvironment } from './settings.mjs'
import { StartError, endLine, say, sayAgain, seconds } from './print.mjs'

const INSTALL_STAMP = path.join(ROOT, 'node_modules', '.evolens-install')
const BUILD_STAMP = path.join(ROOT, '.next', 'evolens-build')
const SOURCES = [
  'app',
  'components',
  'lib',
  'db',
  'public',
  'proxy.ts',
  'next.config.js',
  'package-lock.json',
  'tsconfig.json',
]

/** Runs a command with its output kept back; resolves with the output, rejects with its last lines. */
function run(command, args, env, step, label) {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    const keep = (data) => {
      output = (output + data).slice(-200_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const ticker = setInterval(() => sayAgain(step, `${label} (${seconds(started)})`), 1000)
    const stop = (signal) => child.kill(signal)
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(ticker)
      process.removeListener('SIGINT', stop)
      process.removeListener('SIGTERM', stop)
      endLine()
      if (code === 0) resolve(output)
      else reject(Object.assign(new Error(`${command} ended with ${code}`), { output }))
    })
  })
}

/** Returns the folder above include/node/node.h of this Node, or null: node-gyp would try to download it. */
function headersFolder() {
  const base = path.resolve(path.dirname(fs.realpathSync(process.execPath)), '..')
  return fs.existsSync(path.join(base, 'include', 'node', 'node.h')) ? base : null
}

function installRemedy(output) {
  if (/ENOSPC|no space left/i.test(output))
    return 'the disk is full: free some space and run the command again.'
  if (/headers\.tar\.gz|getNodeDir|node\.h: No such file/i.test(output)) {
    return 'Node headers are missing beside this Node, and better-sqlite3 must be compiled with them: install them (Debian: apt-get install libnode-dev), or use a Node from nodejs.org, which carries them.'
  }
  if (/node-gyp|gyp ERR|make: |g\+\+|c\+\+/i.test(output)) {
    const headers = headersFolder()
      ? ''
      : ' Node headers are missing beside this Node: install the package libnode-dev or use a Node from nodejs.org, which carries them.'
    return `better-sqlite3 has no prebuilt binary here and must be compiled: install a C++ toolchain, make and Python 3 (Debian: apt-get install g++ make python3; macOS: xcode-select --install).${headers}`
  }
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|network/i.test(output)) {
    return 'the npm registry cannot be reached: check the network, or point npm at your mirror with "npm config set registry URL".'
  }
  if (/EACCES|EPERM|EROFS/i.test(output))
    return 'the checkout cannot be written: give yourself write access to it.'
  return 'read the lines above; "npm ci" shows the whole output.'
}

/** Returns the packages whose install scripts may run. */
function allowedScripts() {
  const { allowScripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  return Object.keys(allowScripts).filter((name) => allowScripts[name] === true)
}

/** Installs the packages of the lock file; skipped when the lock file is unchanged since. */
export async function installPackages(options) {
  const lock = fs.readFileSync(path.join(ROOT, 'package-lock.json'))
  const wanted = `${crypto.createHash('sha256').update(lock).digest('hex')} node-${process.versions.modules}`
  const present = fs.existsSync(INSTALL_STAMP) && fs.readFileSync(INSTALL_STAMP, 'utf8') === wanted
  if (present) return say('Packages', 'installed')
  const started = performance.now()
  say('Packages', 'installing from the lock file (a few minutes the first time)')
  const headers = headersFolder()
  const env = childEnvironment(options, {
    // These three packages carry all they need; their install scripts would reach for other hosts.
    ONNXRUNTIME_NODE_INSTALL: 'skip',
    NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true',
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
    ...(headers ? { npm_config_nodedir: headers } : {}),
  })
  const npm = (...args) =>
    run('npm', [...args, '--loglevel', 'error'], env, 'Packages', 'installing')
  try {
    // No package runs anything while it is installed; then those that were looked at, by name.
    await npm('ci', '--no-audit', '--no-fund', '--ignore-scripts')
    await npm('rebuild', '--ignore-scripts=false', ...allowedScripts())
  } catch (error) {
    const output = String(error.output ?? error.message)
    process.stderr.write(`${output.split('\n').slice(-25).join('\n')}\n`)
    throw new StartError('the packages could not be installed', installRemedy(output))
  }
  fs.writeFileSync(INSTALL_STAMP, wanted)
  say('Packages', `installed in ${seconds(started)}`)
}

function sourceHash() {
  const hash = crypto.createHash('sha256')
  const visit = (file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (!stat) return
    if (stat.isDirectory()) {
      for (const entry of fs.readdirSync(file).toSorted()) visit(path.join(file, entry))
    } else if (!/\.test\.tsx?$/.test(file)) {
      hash.update(`${path.relative(ROOT, file)}\0`).update(fs.readFileSync(file))
    }
  }
  for (const source of SOURCES) visit(path.join(ROOT, source))
  return hash.digest('hex')
}

/** Builds the web app; skipped when no source changed since the last build. */
export async function buildApp(options) {
  const wanted = sourceHash()
  if (fs.existsSync(BUILD_STAMP) && fs.readFileSync(BUILD_STAMP, 'utf8') === wanted)
    return say('Build', 'up to date')
  const started = performance.now()
  say('Build', 'building the web app')
  const next = path.join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next')
  try {
    await run(
      process.execPath,
      [next, 'build'],
      childEnvironment(options, { NODE_ENV: 'production' }),
      'Build',
      'building',
    )
    await bundleThread()
  } catch (error) {
    process.stderr.write(
      `${String(error.output ?? error.message)
        .split('\n')
        .slice(-40)
        .join('\n')}\n`,
    )
    throw new StartError(
      'the web app could not be built',
      'read the lines above; after a local change, "npm run verify" finds the place.',
    )
  }
  fs.writeFileSync(BUILD_STAMP, wanted)
  say('Build', `done in ${seconds(started)}`)
}
