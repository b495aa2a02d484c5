import { definePrompt } from './prompt'

/** Auto Evol-Instruct: names methods shortly, so that those of different models can be counted. */
export const evolveKeywords = definePrompt({
  id: 'evolve-keywords',
  version: '1',
  purpose: 'Names each listed method of making a task harder by one phrase.',
  template: `Each numbered line below describes a method of making a task harder. Name each method by one short phrase of general words, such as "add a constraint" or "ask for several steps". Leave out what belongs to the particular task, and use the same phrase for the same method.

Write one line for each method, in the same order, with nothing but the phrase.

Methods:
{methods}`,
  placeholders: ['methods'],
  contract: 'One phrase for each method, one a line.',
  sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
})
