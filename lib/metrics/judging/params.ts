import { z } from 'zod'
import { canonicalText, withText, type Prompt } from '@/lib/prompts/prompt'
import { whole } from '../params'

// As the reference scripts: room for a judge that thinks aloud; replies end far earlier.
const MAX_TOKENS = 2048

/** Parameters of every metric that asks a judge, without its prompt. */
export const replyParams = {
  parse: z
    .enum(['tolerant', 'exact'])
    .default('tolerant')
    .describe(
      'How free replies are read: exact is the parser of the reference script, tolerant repairs more.',
    ),
  constrained: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Whether a JSON schema constrains the reply: auto does it where the backend can. The exact-parse rate then says nothing.',
    ),
  maxTokens: whole(
    { min: 4, max: 8192, preset: MAX_TOKENS },
    'Longest reply in tokens; a reply cut by it counts only when it is exact.',
  ),
}

/** Parameters of repeated judging. */
export const repeatParams = {
  temperature: z
    .number()
    .min(0)
    .max(2)
    .default(0)
    .describe('0 decodes greedily, as the reference; higher for repeated judging.'),
  repeat: whole(
    { min: 0, max: 1000, preset: 0 },
    'Number of the repetition, 0 for the first: runs that differ only here show how far the judge model agrees with itself.',
  ),
}

/** Longest prompt text that is taken. */
export const PROMPT_LENGTH = 20_000

/** Returns the parameter that holds a user's text for a prompt; forms offer its stored versions. */
export function promptTextParam(promptId: string, placeholder: string) {
  return z
    .string()
    .max(PROMPT_LENGTH)
    .default('')
    .meta({ prompt: promptId })
    .describe(
      `Your own text for the prompt ${promptId}, with ${placeholder} in it; empty uses the built-in one.`,
    )
}

/** Returns the parameters that every judge metric has. */
export function judgeParams(promptId: string, placeholders = '{instruction}') {
  return z.object({
    ...replyParams,
    ...repeatParams,
    promptText: promptTextParam(promptId, placeholders),
  })
}

/** Parameters of a judge metric, defaults filled in. */
export type JudgeParams = z.infer<ReturnType<typeof judgeParams>>

/** Returns the parameters with `auto` settled by what the backend can do, so that the definition says what was done. */
export function settleConstrained<P extends { constrained: JudgeParams['constrained'] }>(
  params: P,
  can: (capability: 'structured') => boolean,
): P {
  if (params.constrained !== 'auto') return params
  return { ...params, constrained: can('structured') ? 'always' : 'never' }
}

/** Returns a user's text as it goes into a definition: empty where it is the prompt's own, so that both are one run. */
export function settledText(prompt: Prompt, text: string): string {
  return withText(prompt, text) === prompt ? '' : canonicalText(text)
}

/** Returns what a metric that sends this prompt needs, and how its parameters are settled before they are hashed. */
export const sendsPrompt = (prompt: Prompt) => ({
  needs: ['chat'] as const,
  needsFor: ({ constrained }: Pick<JudgeParams, 'constrained'>) =>
    constrained === 'always' ? (['structured'] as const) : [],
  settle: <P extends Pick<JudgeParams, 'constrained' | 'promptText'>>(
    params: P,
    can: (capability: 'structured') => boolean,
  ): P => ({
    ...settleConstrained(params, can),
    promptText: settledText(prompt, params.promptText),
  }),
})
