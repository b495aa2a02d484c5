import type { Command } from 'commander'

type Add = (program: Command) => void

/** The commands that a module adds, in the order of the help. A module is loaded only when one of its names is called. */
const MODULES: readonly [names: readonly string[], load: () => Promise<Add>][] = [
  [['setup'], async () => (await import('./setup')).addSetupCommand],
  [['studies', 'files'], async () => (await import('./studies')).addStudyCommands],
  [['backup', 'restore'], async () => (await import('./backup')).addBackupCommands],
  [['merge'], async () => (await import('./merge')).addMergeCommand],
  [['import'], async () => (await import('./import')).addImportCommand],
  [['checkers'], async () => (await import('./checkers')).addCheckersCommand],
  [['mappings'], async () => (await import('./mappings')).addMappingCommands],
  [['align'], async () => (await import('./align')).addAlignCommand],
  [
    ['compute', 'score', 'judge', 'embed'],
    async () => (await import('./compute')).addComputeCommand,
  ],
  [['lineage'], async () => (await import('./lineage')).addLineageCommand],
  [['map'], async () => (await import('./map')).addMapCommand],
  [['mark'], async () => (await import('./mark')).addMarkCommand],
  [['rows'], async () => (await import('./rows')).addRowsCommand],
  [['responses'], async () => (await import('./responses')).addResponsesCommand],
  [['measure'], async () => (await import('./measure')).addMeasureCommand],
  [['results'], async () => (await import('./results')).addResultsCommand],
  [['evolve'], async () => (await import('./evolve')).addEvolveCommand],
  [['experiment'], async () => (await import('./experiment')).addExperimentCommand],
  [['subset'], async () => (await import('./subset')).addSubsetCommand],
  [['export'], async () => (await import('./export')).addExportCommand],
  [['figure'], async () => (await import('./figure')).addFigureCommand],
  [['formula'], async () => (await import('./formula')).addFormulaCommand],
  [['describe'], async () => (await import('./describe')).addDescribeCommand],
  [['claims'], async () => (await import('./claims')).addClaimsCommand],
  [['compare'], async () => (await import('./compare')).addCompareCommand],
  [['agreement'], async () => (await import('./agreement')).addAgreementCommand],
  [['pairs'], async () => (await import('./pairs')).addPairsCommand],
  [['blind'], async () => (await import('./blind')).addBlindCommand],
  [['openapi'], async () => (await import('./openapi')).addOpenApiCommand],
  [['api'], async () => (await import('./api')).addApiCommand],
  [['mcp'], async () => (await import('./mcp')).addMcpCommand],
  [['prompts'], async () => (await import('./prompts')).addPromptCommands],
  [['jobs'], async () => (await import('./jobs')).addJobCommands],
  [['backends', 'connect', 'probe'], async () => (await import('./backends')).addBackendCommands],
  [['models'], async () => (await import('./models')).addModelCommands],
  [['runs'], async () => (await import('./runs')).addRunCommands],
  [['sample'], async () => (await import('./sample')).addSampleCommands],
  [['views'], async () => (await import('./views')).addViewCommands],
]

/**
 * Adds the command of this name with those of its module, or every command when no module has the name (for the help
 * and the message about an unknown command).
 */
export async function addCommands(program: Command, name: string | undefined): Promise<void> {
  const named = MODULES.filter(([names]) => name !== undefined && names.includes(name))
  for (const [, load] of named.length > 0 ? named : MODULES) {
    const add = await load()
    add(program)
  }
}
