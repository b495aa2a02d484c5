import fs from 'node:fs'
import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addCommands } from './commands'

/** The whole command line. */
async function everyCommand(): Promise<Command> {
  const program = new Command('evolens').option('--json')
  await addCommands(program, undefined)
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
