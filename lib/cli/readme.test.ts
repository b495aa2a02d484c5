import fs from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { expect, it } from 'vitest'

const COMMANDS = path.join('lib', 'cli', 'commands')

/** The command line with the commands that main.ts adds, which runs it at once and cannot be imported. */
async function everyCommand(): Promise<Command> {
  const program = new Command('evolens').option('--json')
  const main = fs.readFileSync(path.join('lib', 'cli', 'main.ts'), 'utf8')
  for (const file of fs.readdirSync(COMMANDS).filter((name) => !name.includes('.test.'))) {
    const made = (await import(path.resolve(COMMANDS, file))) as Record<string, unknown>
    for (const [name, add] of Object.entries(made)) {
      if (main.includes(`  ${name},\n`)) (add as (to: Command) => void)(program)
    }
  }
  return program
}

/** The arguments of each `npm run evolens -- ...` of a document. */
function callsIn(file: string): string[][] {
  const calls = fs.readFileSync(file, 'utf8').matchAll(/npm run evolens -- ([^\n`]+)/g)
  return [...calls].map(([, line = '']) => line.match(/"[^"]*"|\S+/g) ?? [])
}

/** What of a call the command line does not know: its command or a flag. */
function unknownIn(program: Command, words: readonly string[]): string[] {
  let command = program
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) break
    command = next
  }
  const flags = [...program.options, ...command.options].map(({ long }) => long)
  const given = words.filter((word) => word.startsWith('--') && word !== '--help')
  const isCommand = command !== program || words[0]?.startsWith('--')
  return [
    ...(isCommand ? [] : [String(words[0])]),
    ...given.filter((word) => !flags.includes(word)),
  ]
}

it.each(['README.md', 'CONTRIBUTING.md'])(
  '%s names commands and flags that there are',
  async (file) => {
    const program = await everyCommand()
    expect(program.commands.length).toBeGreaterThan(15)
    const calls = callsIn(file)
    expect(calls.length).toBeGreaterThan(0)
    const unknown = calls.map((words) => [words.join(' '), unknownIn(program, words)])
    expect(unknown).toEqual(calls.map((words) => [words.join(' '), []]))
    expect(unknownIn(program, ['measures', '--none'])).toEqual(['measures', '--none'])
  },
  // Loads every command, which takes seconds on a busy machine.
  60_000,
)
