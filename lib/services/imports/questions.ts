import type { ImportQuestion } from '@/lib/contracts/import-questions'
import type { DetectionIssue } from '@/lib/formats/types'

/** Returns the open questions among the issues of a file: what must be answered before it is imported. */
export function questionsOf(issues: readonly DetectionIssue[]): ImportQuestion[] {
  return issues
    .filter((issue) => issue.severity === 'ask')
    .map(({ code, message, suggestion }) => ({ code, message, suggestion: suggestion ?? null }))
}
