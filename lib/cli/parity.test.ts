import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addCommands } from './commands'
import { ENDPOINTS } from '@/lib/api/all'

// The command that does what a call does. "api" is the command that makes any call; a reason stands where a call has no
// sense outside of a browser.
const COMMANDS: Record<string, string> = {
  createStudy: 'studies create',
  updateStudy: 'studies change',
  startBackup: 'backup',
  openBackup: 'restore',
  planMerge: 'merge --dry-run',
  merge: 'merge',
  deleteStudy: 'studies delete',
  restoreStudy: 'studies restore',
  upload: 'import',
  beginUpload: 'import',
  appendUpload: 'import',
  previewImport: 'import --dry-run',
  fetchHubDataset: 'import',
  startImport: 'import',
  forgetMapping: 'mappings forget',
  alignCells: 'align',
  deleteCell: 'files delete',
  restoreCell: 'files restore',
  annotate: 'mark',
  undoAnnotation: 'mark --undo',
  redoAnnotation: 'mark --redo',
  addFormula: 'formula add',
  changeFormula: 'formula change',
  previewFormula: 'formula preview',
  deleteFormula: 'formula remove',
  restoreFormula: 'formula restore',
  addBenchmark: 'subset --benchmark',
  deleteBenchmark: 'subset --delete-benchmark',
  saveSubset: 'subset --save',
  subsetFunnel: 'subset --rules',
  readRuleFile: 'subset --rules',
  compareSubsets: 'subset --compare',
  deleteSubset: 'subset --delete',
  restoreSubset: 'subset --restore',
  compute: 'compute',
  dryRun: 'compute --dry-run',
  deleteRun: 'runs delete',
  restoreRun: 'runs restore',
  pinRun: 'runs pin',
  retryRun: 'runs retry',
  actOnJob: 'jobs resume',
  startBlind: 'blind start',
  endBlind: 'blind end',
  deleteBlind: 'api',
  restoreBlind: 'api',
  giveVerdict: 'api',
  undoVerdict: 'api',
  importResults: 'results import',
  mapModel: 'results map',
  deleteResultFile: 'api',
  restoreResultFile: 'api',
  saveOwnClaims: 'claims --save',
  checkExport: 'export',
  startExport: 'export',
  countTokens: 'export --tokenizer',
  saveView: 'views save',
  checkView: 'views open',
  deleteView: 'views remove',
  savePrompt: 'prompts add',
  deleteRubric: 'api',
  embedText: 'rows --similar-to-text',
  layOutMap: 'map',
  deleteMap: 'map --delete',
  restoreMap: 'map --restore',
  tryPrompt: 'api',
  deletePromptVersion: 'api',
  restorePromptVersion: 'api',
  startResponses: 'responses write',
  changeResponses: 'responses change',
  deleteResponses: 'responses delete',
  restoreResponses: 'responses restore',
  startExperiment: 'evolve',
  readPlan: 'evolve',
  tryPlan: 'evolve --dry-run',
  changePlan: 'experiment change',
  retryStage: 'experiment retry',
  continueExperiment: 'experiment continue',
  deleteExperiment: 'experiment delete',
  restoreExperiment: 'experiment restore',
  addBackend: 'connect',
  detectBackend: 'connect',
  updateBackend: 'api',
  deleteBackend: 'api',
  restoreBackend: 'api',
  duplicateBackend: 'api',
  probeBackend: 'probe',
  fetchModel: 'models fetch',
  mcp: 'mcp',
  setSandbox: 'checkers',
}
const REASONS: Record<string, string> = {
  login: 'A session belongs to a browser; the command line opens the data folder.',
  logout: 'A session belongs to a browser; the command line opens the data folder.',
}

/** The whole command line. */
async function everyCommand(): Promise<Command> {
  const program = new Command('evolens')
  await addCommands(program, undefined)
  return program
}

it('has a command, or a reason, for every call that changes something', async () => {
  const ids = ENDPOINTS.filter(({ method }) => method !== 'GET').map(({ id }) => id)
  expect([...Object.keys(COMMANDS), ...Object.keys(REASONS)].toSorted()).toEqual(ids.toSorted())
  const program = await everyCommand()
  const unknown = Object.values(COMMANDS).filter((text) => {
    let command: Command | undefined = program
    for (const word of text.split(' ')) {
      if (word.startsWith('--')) return !command?.options.some(({ long }) => long === word)
      command = command?.commands.find((one) => one.name() === word)
    }
    return command === undefined
  })
  expect(unknown).toEqual([])
}, 60_000)

it('loads a command by its name, without the others', async () => {
  const all = (await everyCommand()).commands.map((one) => one.name())
  for (const name of all) {
    const program = new Command('evolens')
    await addCommands(program, name)
    const loaded = program.commands.map((one) => one.name())
    expect(loaded).toContain(name)
    expect(loaded.length).toBeLessThan(all.length / 4)
  }
})
