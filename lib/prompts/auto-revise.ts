import { definePrompt } from './prompt'

/** Auto Evol-Instruct: a prompt for evolving that avoids the problems found. */
export const autoRevise = definePrompt({
  id: 'auto-revise',
  version: '1',
  purpose: 'Revises the prompt that evolves tasks so that it avoids the problems found.',
  template: `The prompt at the end makes a model rewrite tasks into harder ones. Problems were found in what it made. Write a revised prompt that avoids them and works for tasks of every kind.

Keep the four steps with their headers as they are, each on a line of its own, and the placeholder {mark} exactly once, where the task belongs. Write only the revised prompt.

Problems:
{problems}

Current prompt:
{prompt}`,
  placeholders: ['mark', 'problems', 'prompt'],
  contract: 'The whole revised prompt with its placeholder and headers.',
  sampling: { temperature: 0.6, topP: 1, maxTokens: 4096 },
})
