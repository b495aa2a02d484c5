import { definePrompt } from './prompt'

/** Auto Evol-Instruct: what went wrong in tasks that a prompt evolved. */
export const autoAnalyse = definePrompt({
  id: 'auto-analyse',
  version: '1',
  purpose: 'Finds what went wrong in rewritten tasks of several rounds.',
  template: `Tasks were rewritten by a model, round after round, and each rewriting should have been somewhat harder than the one before. Read each course below and say where it failed: not harder than before, information lost, another subject, unreasonable or contradictory demands, an answer in place of a task, a layout that was not kept.

Write a list of the problems with the number of the course and the round, and how they could be avoided. Do not rewrite the tasks.

Courses:
{courses}`,
  placeholders: ['courses'],
  contract: 'A list of problems with the way in which each could be avoided.',
  sampling: { temperature: 0.6, topP: 1, maxTokens: 2048 },
})
