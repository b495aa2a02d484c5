import { PromptDiff } from '@/components/views/prompts/prompt-diff'
import type { PromptVersion } from '@/lib/contracts/experiment'
import { formatCount } from '@/lib/contracts/format'
import { reasonText } from './words'

/** A prompt of an optimisation: its failures, and what it changed. */
export function PromptVersionText({ version }: { version: PromptVersion }) {
  const { failed, of, reasons, from, template } = version
  const why = Object.entries(reasons).map(
    ([reason, n]) => `${reasonText(reason)}: ${formatCount(n)}`,
  )
  return (
    <>
      <p>
        {failed === null || of === null
          ? 'Failures are counted in the first step.'
          : `${formatCount(failed)} of ${formatCount(of)} failed${why.length > 0 ? ` (${why.join('; ')})` : ''}.`}
      </p>
      <PromptDiff before={from ?? template} after={template} />
    </>
  )
}
