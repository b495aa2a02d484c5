import process from 'node:process'

const WIDTH = 10

/** Prints one line of a step: what, and what came of it. */
export function say(step, text) {
  process.stdout.write(`${step.padEnd(WIDTH)}${text}\n`)
}

/** Rewrites the current line on a terminal; silent elsewhere, so that logs stay short. */
export function sayAgain(step, text) {
  if (!process.stdout.isTTY) return
  process.stdout.write(`\r\u001b[2K${step.padEnd(WIDTH)}${text}`)
}

/** Ends a line begun by sayAgain. */
export function endLine() {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K')
}

/** An error whose text is for the user: what happened, then what to do. */
export class StartError extends Error {
  constructor(message, remedy) {
    super(message)
    this.remedy = remedy
  }
}

/** Prints the error in plain words and exits with 1. */
export function fail(error) {
  endLine()
  process.stderr.write(
    `\nEvolens cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  if (error instanceof StartError) process.stderr.write(`What to do: ${error.remedy}\n`)
  else if (error instanceof Error && error.stack && process.env.LOG_LEVEL === 'debug') {
    process.stderr.write(`${error.stack}\n`)
  }
  process.exit(1)
}

/** Returns bytes as a short text, for example `98.4 MB`. */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** Returns seconds since `since` (performance.now()) as a short text. */
export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
