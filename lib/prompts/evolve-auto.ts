import { definePrompt } from './prompt'

/** Auto-Evol: the model finds its own methods. The four headers are the method's fixed format, which parsers read. */
export const evolveAuto = definePrompt({
  id: 'evolve-auto',
  version: '1',
  purpose: 'Lets the model list methods of making an instruction harder, plan, rewrite and review.',
  template: `You improve training tasks. Make the task below somewhat harder in four steps. Keep its language. Never solve it.

In step 1 list ways in which this task could be made harder. In step 2 plan how to combine several of them. In step 3 carry out the plan; add only 10 to 20 words. In step 4 check the result, mend anything unreasonable, and give the final task and nothing after it.

Use exactly this layout:
Step 1 #Methods List#:
Step 2 #Plan#:
Step 3 #Rewritten Instruction#:
Step 4 #Finally Rewritten Instruction#:

Task:
{instruction}`,
  placeholders: ['instruction'],
  contract:
    'Four steps under the fixed headers; the text after the last header is the new instruction.',
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 2048 },
})
