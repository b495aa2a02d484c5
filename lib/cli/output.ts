import process from 'node:process'
import type { Command } from 'commander'
import type { Citation } from '@/lib/contracts/citation'
import { terminalCell, terminalJson, terminalText } from '@/lib/contracts/plain-text'
import { AppError, errorCode, errorMessage } from '@/lib/errors'

const WIDTH = 10

/** Ends the program quietly when whoever reads its output goes away, as `head` does. */
export function endOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      // The reader has all it wanted, so the exit code is that of a command that worked.
      process.exit(0)
    })
  }
}

/** Returns whether the user asked for JSON. */
export function wantsJson(program: Command): boolean {
  return program.opts<{ json?: boolean }>().json === true
}

/** Prints text as it is, apart from characters that steer a terminal. Everything that commands print passes here. */
export function printLine(text: string): void {
  process.stdout.write(`${terminalText(text)}\n`)
}

/** Prints one line of a step, in the form of the start command. */
export function say(step: string, text: string): void {
  printLine(`${step.padEnd(WIDTH - 1)} ${text}`)
}

/** Rewrites the current line on a terminal; silent elsewhere. */
export function sayAgain(step: string, text: string): void {
  if (!process.stdout.isTTY) return
  process.stdout.write(`\r\u001b[2K${step.padEnd(WIDTH)}${terminalCell(text)}`)
}

/** Clears a line begun by sayAgain. */
export function endLine(): void {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K')
}

/** Prints how something is cited: the sentence, then the BibTeX entry. */
export function printCitation({ sentence, bibtex }: Citation): void {
  printLine(`${sentence}\n\n${bibtex.trimEnd()}`)
}

/** Prints a value as JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${terminalJson(JSON.stringify(value, null, 2))}\n`)
}

/** Prints rows as aligned columns, or as JSON when asked. */
export function printRows(rows: readonly Record<string, unknown>[], json: boolean): void {
  if (json) {
    printJson(rows)
    return
  }
  const first = rows[0]
  if (!first) {
    printLine('none')
    return
  }
  const keys = Object.keys(first)
  const text = (value: unknown) =>
    value === null || value === undefined ? '-' : terminalCell(String(value))
  const widths = keys.map((key) =>
    Math.max(key.length, ...rows.map((row) => text(row[key]).length)),
  )
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, k) => cell.padEnd(widths[k] ?? 0))
      .join('  ')
      .trimEnd()}`
  printLine(line(keys.map(terminalCell)))
  for (const row of rows) printLine(line(keys.map((key) => text(row[key]))))
}

// Exit codes by cause, so that scripts can tell a bad call from a server that is down.
const EXIT_CODES: Record<string, number> = {
  invalid_input: 2,
  not_found: 2,
  conflict: 2,
  data_error: 3,
  backend_unavailable: 4,
  capability_missing: 4,
  rate_limited: 4,
  cancelled: 130,
}

const EXIT_PAUSED = 5

/** Prints the error in plain words and returns the exit code of its cause. */
export function reportError(error: unknown, json: boolean): number {
  endLine()
  const code = errorCode(error)
  if (json) {
    process.stdout.write(
      `${terminalJson(JSON.stringify({ error: { code, message: errorMessage(error) } }))}\n`,
    )
  } else {
    process.stderr.write(`Error: ${terminalText(errorMessage(error))}\n`)
    const unexpected = !(error instanceof AppError) && error instanceof Error
    if (unexpected && process.env['LOG_LEVEL'] === 'debug')
      process.stderr.write(`${terminalText(error.stack ?? '')}\n`)
  }
  // A job that paused by itself is neither done nor broken.
  if (error instanceof AppError && error.details?.pause !== undefined) return EXIT_PAUSED
  return EXIT_CODES[code] ?? 1
}
