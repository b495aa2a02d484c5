import type { PromptInfo, PromptVersion, RubricScale } from '@/lib/contracts/prompts'

/** What the editor holds while a new version is written. */
export interface Draft {
  /** null = a new rubric. */
  promptId: string | null
  name: string
  template: string
  scale: RubricScale | null
  /** Version that it began as. */
  parentHash: string | null
  note: string
}

const NEW_TEMPLATE = `Read the task below. Do not do it.

Task:
{instruction}

`

const NEW_SCALE: RubricScale = { kind: 'integers', min: 1, max: 5 }

/** A rubric to begin with. */
export function newRubric(): Draft {
  return {
    promptId: null,
    name: '',
    template: NEW_TEMPLATE,
    scale: NEW_SCALE,
    parentHash: null,
    note: '',
  }
}

/** The next version of a prompt, beginning as one of its versions. */
export function editOf(prompt: PromptInfo, version: PromptVersion): Draft {
  return {
    promptId: prompt.id,
    name: prompt.kind === 'rubric' ? prompt.name : '',
    template: version.template,
    scale: version.scale,
    parentHash: version.hash,
    note: '',
  }
}

/** The scale that a judge prompt of the program asks for, so that its copy as a rubric reads the same replies. */
const JUDGE_SCALES: Record<string, RubricScale> = {
  'judge-level': {
    kind: 'labels',
    labels: ['very easy', 'easy', 'medium', 'hard', 'very hard'],
  },
  'judge-score': { kind: 'integers', min: 0, max: 100 },
  'judge-digit': { kind: 'integers', min: 1, max: 5 },
}

/** A copy as a rubric of its own; null for prompts whose replies are no ratings. */
export function copyOf(prompt: PromptInfo, version: PromptVersion): Draft | null {
  const scale = version.scale ?? JUDGE_SCALES[prompt.id] ?? null
  if (!scale) return null
  return {
    promptId: null,
    name: `${prompt.name}, copy`.slice(0, 60),
    // A rubric has no {top}: its scale says where it ends.
    template: version.template.replaceAll('{top}', '5'),
    scale,
    parentHash: version.hash,
    note: '',
  }
}

/** Returns whether a draft differs from the version that it began as. */
export function isChanged(draft: Draft, parent: PromptVersion | null): boolean {
  if (!parent) return true
  const same =
    draft.template.trim() === parent.template.trim() &&
    JSON.stringify(draft.scale) === JSON.stringify(parent.scale)
  return !same
}
