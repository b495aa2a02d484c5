import { getLlama, LlamaChatSession } from 'node-llama-cpp'
import { DEPTH_ORDER, operatorFor } from '@/lib/prompts/operators'
import { evolvePrompt, getPrompt } from '@/lib/prompts'
import { renderPrompt } from '@/lib/prompts/prompt'
const llama = await getLlama({ gpu: false, build: 'never' } as never)
const model = await llama.loadModel({ modelPath: '/root/.cache/evolens/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf' })
const ctx = await model.createContext({ contextSize: 1024, threads: 2 })
const seeds = ['Explain why the sky looks blue.', 'A train travels 60 km in 45 minutes. What is its speed in km/h?', 'Write a Python function that reverses a string.', 'Give three tips for staying healthy.', 'Translate "good morning" into French.']
const seq = ctx.getSequence()
async function ask(text: string, maxTokens: number) {
  await seq.clearHistory()
  const s = new LlamaChatSession({ contextSequence: seq, systemPrompt: '' })
  const r = await s.prompt(text, { temperature: 0, maxTokens }); s.dispose({ disposeSequence: false } as never); return r
}
for (const [i, x] of seeds.entries()) {
  console.log('\n#', x)
  for (const op of [...DEPTH_ORDER, 'breadth' as const]) console.log(`  [${op}]`, JSON.stringify(await ask(renderPrompt(evolvePrompt(op), { instruction: x }), 90)))
  console.log('  [level]', JSON.stringify(await ask(renderPrompt(getPrompt('judge-level'), { instruction: x }), 20)))
  console.log('  [score]', JSON.stringify(await ask(renderPrompt(getPrompt('judge-score'), { instruction: x }), 20)))
}
process.exit(0)
