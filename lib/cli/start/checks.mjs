import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import process from 'node:process'
import { StartError, say } from './print.mjs'

// Dependencies, models and the build take about 1.6 GB; the database of the sample a few MB.
const NEEDED_BYTES = 2.5e9
const NEEDED_WHEN_PREPARED = 2e8

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new StartError(
    `Node ${process.versions.node} is too old; Evolens needs 20.19 or newer`,
    'install a current Node.js release (nodejs.org, your package manager, or nvm) and run the command again.',
  )
}

/** Returns the nearest folder above that exists. */
function existingParent(folder) {
  let at = path.resolve(folder)
  while (!fs.existsSync(at) && path.dirname(at) !== at) at = path.dirname(at)
  return at
}

/** Says why nothing can be written below a folder; Node's own code for a missing parent on a read-only disk misleads. */
function writeProblem(folder, error) {
  const parent = existingParent(folder)
  try {
    fs.accessSync(parent, fs.constants.W_OK)
  } catch (cause) {
    const why = cause.code === 'EROFS' ? 'its disk is read-only' : 'you may not write there'
    return parent === folder ? why : `${parent}: ${why}`
  }
  return error.code ?? error.message
}

function checkFolder(folder, remedy, mode = 0o777) {
  try {
    fs.mkdirSync(folder, { recursive: true, mode })
    const probe = path.join(folder, `.write-test-${process.pid}`)
    fs.writeFileSync(probe, 'x')
    fs.rmSync(probe)
  } catch (error) {
    if (error.code === 'ENOSPC') throw diskFull(folder)
    throw new StartError(
      `the folder ${folder} cannot be written (${writeProblem(folder, error)})`,
      remedy,
    )
  }
}

function diskFull(folder) {
  return new StartError(
    `the disk that holds ${folder} is full`,
    'free some space, or set EVOLENS_DATA_DIR and EVOLENS_CACHE_DIR to folders on another disk.',
  )
}

function size(bytes) {
  return bytes < 1e9 ? `${Math.floor(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

function checkSpace(folder, needed) {
  const { bavail, bsize } = fs.statfsSync(folder)
  const free = bavail * bsize
  if (free >= needed) return
  throw new StartError(
    `only ${size(free)} are free where ${folder} lies; ${size(needed)} are needed`,
    'free some space, or set EVOLENS_DATA_DIR and EVOLENS_CACHE_DIR to folders on another disk.',
  )
}

function checkPort(host, port) {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', (error) => {
      const taken = error.code === 'EADDRINUSE'
      reject(
        new StartError(
          taken
            ? `port ${port} on ${host} is taken`
            : `cannot listen on ${host}:${port} (${error.code})`,
          taken
            ? `stop the program that uses it (perhaps an Evolens that is already running: open http://${host}:${port}), or choose another port: PORT=${port + 1} npm start`
            : 'choose another PORT (ports under 1024 need rights) or another HOST.',
        ),
      )
    })
    server.listen(port, host, () => server.close(resolve))
  })
}

/** Throws a StartError for an old Node, a read-only folder, a full disk or a taken port. */
export async function checkMachine(options) {
  checkNode()
  const elsewhere = (variable) =>
    `give yourself write access to it, or set ${variable} to a folder that you may write.`
  // Data, texts and keys: for this user only, as in db/private-files.ts.
  checkFolder(options.dataDir, elsewhere('EVOLENS_DATA_DIR'), 0o700)
  checkFolder(options.cacheDir, elsewhere('EVOLENS_CACHE_DIR'))
  const prepared = fs.existsSync('node_modules') && fs.existsSync('.next')
  // Packages and the build are written beside the source.
  if (!prepared) {
    checkFolder(
      process.cwd(),
      'give yourself write access to the checkout, or clone it into a folder of your own.',
    )
  }
  const needed = prepared ? NEEDED_WHEN_PREPARED : NEEDED_BYTES
  checkSpace(process.cwd(), needed)
  checkSpace(options.dataDir, NEEDED_WHEN_PREPARED)
  checkSpace(options.cacheDir, NEEDED_WHEN_PREPARED)
  if (!options.prepareOnly) await checkPort(options.host, options.port)
  say(
    'Checked',
    `Node ${process.versions.node}, data in ${options.dataDir}, cache in ${options.cacheDir}`,
  )
}
