import type { PromptInfo, PromptUse } from '@/lib/contracts/prompts'

function used(kind: PromptUse['kind'], label: string, model: string, round: number): PromptUse {
  const isRun = kind === 'run'
  return {
    kind,
    studyId: 'example',
    study: 'Example',
    label,
    model,
    runId: isRun ? 'example-run' : null,
    sampling: [
      { name: 'temperature', value: isRun ? 0 : 0.7 },
      { name: 'maxTokens', value: isRun ? 32 : 512 },
    ],
    rows: isRun
      ? { column: 'difficulty_level.level', seedSetKey: null, armKey: null, round: null }
      : { column: null, seedSetKey: 'alpaca', armKey: 'small-8b', round },
    createdAt: round,
  }
}

function prompt(
  id: string,
  kind: PromptInfo['kind'],
  texts: Pick<PromptInfo, 'name' | 'purpose' | 'contract'> & { template: string; hash: string },
  uses: PromptUse[],
): PromptInfo {
  const { template, hash, ...named } = texts
  return {
    id,
    kind,
    ...named,
    required: ['instruction'],
    allowed: ['instruction'],
    metric: kind === 'judge' ? 'difficulty_level' : null,
    versions: [
      {
        id: null,
        version: '1',
        template,
        scale: null,
        hash,
        parentHash: null,
        note: '',
        createdAt: null,
        params: null,
        uses,
      },
    ],
  }
}

/** Returns made-up prompts with their uses: one with markup in its text, one that nothing used. */
export function examplePrompts(): PromptInfo[] {
  return [
    prompt(
      'evolve-constraints',
      'evolve',
      {
        name: 'Evolve: constraints',
        purpose: 'Adds one requirement to an instruction.',
        contract: 'The new instruction and nothing else.',
        template:
          'Rewrite the instruction so that it asks for one thing more.\nAdd 10 to 20 words. Keep <b>tags</b> and `code` as they are.\n\n{instruction}',
        hash: '6c1f0a52d7c94be1a1f3',
      },
      [
        used('rows', 'Alpaca, Small 8B, round 2', 'small-8b', 2),
        used('rows', 'Alpaca, Small 8B, round 1', 'small-8b', 1),
      ],
    ),
    prompt(
      'judge-level',
      'judge',
      {
        name: 'Judge model: level',
        purpose: 'Rates how hard an instruction is.',
        contract: 'One of five levels.',
        template: 'How hard is this instruction? Answer with one level.\n\n{instruction}',
        hash: 'd03b7745a90f2c6e8e54',
      },
      [used('run', 'Difficulty level', 'judge-72b', 3)],
    ),
    prompt(
      'respond',
      'respond',
      {
        name: 'Respond',
        purpose: 'Answers an instruction.',
        contract: 'The answer only.',
        template: '{instruction}',
        hash: 'f7715be20c3aa94d1b08',
      },
      [],
    ),
  ]
}
