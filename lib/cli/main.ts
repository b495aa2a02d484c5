import process from 'node:process'
import { Command } from 'commander'
import { terminalText } from '@/lib/contracts/plain-text'
import { addCommands } from './commands'
import { endOnClosedPipe, reportError, wantsJson } from './output'

const program = new Command('evolens')
  .description('Measure, compare and export evolved instruction data.')
  .option('--json', 'machine-readable output')
  .showHelpAfterError()
  .configureOutput({
    writeErr: (text) => process.stderr.write(terminalText(text)),
  })

endOnClosedPipe()

try {
  await addCommands(
    program,
    process.argv.slice(2).find((word) => !word.startsWith('-')),
  )
  await program.parseAsync()
} catch (error) {
  process.exitCode = reportError(error, wantsJson(program))
}
