import { isOwnQuestion, type PromptInfo, type PromptVersion } from '@/lib/contracts/prompts'
import { AppError } from '@/lib/errors'
import { getMeasured } from '@/lib/metrics'
import { describeParams } from '@/lib/contracts/describe-params'

/** Returns the one version whose hash begins with the given digits; throws `not_found` or `invalid_input`. */
export function findVersion(
  prompts: readonly PromptInfo[],
  hash: string,
): [PromptInfo, PromptVersion] {
  const found = prompts.flatMap((prompt) =>
    prompt.versions
      .filter((version) => version.hash.startsWith(hash))
      .map((version): [PromptInfo, PromptVersion] => [prompt, version]),
  )
  const [first, second] = found
  if (!first) throw new AppError('not_found', `No prompt has a hash that begins with "${hash}".`)
  if (second) throw new AppError('invalid_input', `Several hashes begin with "${hash}".`)
  return first
}

function sends(metric: string, prompt: PromptInfo): boolean {
  const key = isOwnQuestion(prompt.kind) ? prompt.kind : prompt.id
  return describeParams(getMeasured(metric).params).some((param) => param.prompt === key)
}

/**
 * Returns the parameters that make a metric use the stored prompt versions with these hashes; versions that it does not
 * send are left out. Throws `invalid_input` when none of the metrics sends one of them.
 */
export function versionParams(
  prompts: readonly PromptInfo[],
  hashes: readonly string[],
  metrics: readonly string[],
): (metric: string) => Record<string, unknown> {
  const versions = hashes.map((hash) => findVersion(prompts, hash))
  for (const [prompt, { hash }] of versions) {
    if (metrics.some((metric) => sends(metric, prompt))) continue
    throw new AppError(
      'invalid_input',
      `None of the metrics ${metrics.join(', ')} sends the prompt "${prompt.name}" (${hash.slice(0, 12)}). Name one that does with --metric.`,
    )
  }
  return (metric) =>
    Object.assign(
      {},
      ...versions.map(([prompt, { params }]) => (sends(metric, prompt) ? params : {})),
    ) as Record<string, unknown>
}
