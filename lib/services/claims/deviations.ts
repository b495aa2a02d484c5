import type { ClaimCard } from '@/lib/contracts/claims'
import type { RunInfo } from '@/lib/contracts/study'
import { isModelOfPaper, publishedSource } from '@/lib/paper/published'

/** Returns the name of a run's model as its definition states it; null for a run without a model. */
export function modelOf({ definition }: Pick<RunInfo, 'definition'>): string | null {
  const name = definition.model?.['model']
  return typeof name === 'string' ? name : null
}

function judged(run: RunInfo): string[] {
  const { model: judge } = publishedSource('levels')
  const own = modelOf(run)
  const isOwnText = run.definition.prompts.some(({ version }) => version === 'custom')
  const prompt = isOwnText ? 'your own text' : "Evolens' wording"
  return [
    ...(judge === null || isModelOfPaper(own, judge)
      ? []
      : [`judge model ${own ?? 'not known'}, in the paper ${judge}`]),
    `prompts of the judge model in ${prompt}`,
    ...(run.definition.params['constrained'] === 'always'
      ? ['replies constrained to the scale, in the paper free']
      : []),
  ]
}

function embedded(run: RunInfo): string[] {
  // Section 4 of the paper.
  const paper = 'all-mpnet-base-v2'
  const own = modelOf(run)
  return isModelOfPaper(own, paper)
    ? []
    : [`embedding model ${own ?? 'not known'}, in the paper ${paper}`]
}

const scored = (run: RunInfo) => [
  `scoring model ${modelOf(run) ?? 'not known'}; the paper does not name its own`,
]

const BY_METRIC: Readonly<Record<string, (run: RunInfo) => string[]>> = {
  difficulty_level: judged,
  difficulty_score: judged,
  mnd: embedded,
  loss: scored,
  first_token_probability: (run) => [
    `${modelOf(run) ?? 'one model'} gives the probabilities of both evolvers, in the paper each evolver its own`,
  ],
}

/** Returns in what the runs and results behind a claim differ from the paper's: judge, prompt, scorer, embedding, tool. */
export function deviationsOf(
  runs: readonly RunInfo[],
  { resultFiles }: Pick<ClaimCard, 'resultFiles'>,
): string[] {
  const found = runs.flatMap((run) => BY_METRIC[run.metric]?.(run) ?? [])
  const tool =
    resultFiles.length > 0 ? ['the paper does not name the tool that measured its results'] : []
  return [...new Set([...found, ...tool])]
}
