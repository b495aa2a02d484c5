import process from 'node:process'
import { Command } from 'commander'
import { addAgreementCommand } from './commands/agreement'
import { addPairsCommand } from './commands/pairs'
import { addBlindCommand } from './commands/blind'
import { addApiCommand } from './commands/api'
import { addAlignCommand } from './commands/align'
import { addBackupCommands } from './commands/backup'
import { addBackendCommands } from './commands/backends'
import { addClaimsCommand } from './commands/claims'
import { addCompareCommand } from './commands/compare'
import { addComputeCommand } from './commands/compute'
import { addDescribeCommand } from './commands/describe'
import { addEvolveCommand } from './commands/evolve'
import { addExperimentCommand } from './commands/experiment'
import { addExportCommand } from './commands/export'
import { addFigureCommand } from './commands/figure'
import { addFormulaCommand } from './commands/formula'
import { addImportCommand } from './commands/import'
import { addJobCommands } from './commands/jobs'
import { addLineageCommand } from './commands/lineage'
import { addMapCommand } from './commands/map'
import { addCheckersCommand } from './commands/checkers'
import { addMappingCommands } from './commands/mappings'
import { addMarkCommand } from './commands/mark'
import { addMcpCommand } from './commands/mcp'
import { addMergeCommand } from './commands/merge'
import { addMeasureCommand } from './commands/measure'
import { addModelCommands } from './commands/models'
import { addOpenApiCommand } from './commands/openapi'
import { addPromptCommands } from './commands/prompts'
import { addResultsCommand } from './commands/results'
import { addRowsCommand } from './commands/rows'
import { addRunCommands } from './commands/runs'
import { addSampleCommands } from './commands/sample'
import { addSetupCommand } from './commands/setup'
import { addStudyCommands } from './commands/studies'
import { addSubsetCommand } from './commands/subset'
import { addViewCommands } from './commands/views'
import { terminalText } from '@/lib/contracts/plain-text'
import { endOnClosedPipe, reportError, wantsJson } from './output'

const program = new Command('evolens')
  .description('Measure, compare and export evolved instruction data.')
  .option('--json', 'machine-readable output')
  .showHelpAfterError()
  .configureOutput({
    writeErr: (text) => process.stderr.write(terminalText(text)),
  })

endOnClosedPipe()

for (const add of [
  addSetupCommand,
  addStudyCommands,
  addBackupCommands,
  addMergeCommand,
  addImportCommand,
  addCheckersCommand,
  addMappingCommands,
  addAlignCommand,
  addComputeCommand,
  addLineageCommand,
  addMapCommand,
  addMarkCommand,
  addRowsCommand,
  addMeasureCommand,
  addResultsCommand,
  addEvolveCommand,
  addExperimentCommand,
  addSubsetCommand,
  addExportCommand,
  addFigureCommand,
  addFormulaCommand,
  addDescribeCommand,
  addClaimsCommand,
  addCompareCommand,
  addAgreementCommand,
  addPairsCommand,
  addBlindCommand,
  addOpenApiCommand,
  addApiCommand,
  addMcpCommand,
  addPromptCommands,
  addJobCommands,
  addBackendCommands,
  addModelCommands,
  addRunCommands,
  addSampleCommands,
  addViewCommands,
]) {
  add(program)
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = reportError(error, wantsJson(program))
}
