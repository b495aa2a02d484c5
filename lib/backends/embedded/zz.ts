import { embeddedConfig } from './config'
import { openEmbedded } from './session'
import { GREEDY } from '../types'
const env = { cacheDir: process.env.HOME + '/.cache/evolens', modelsDir: null, secret: () => undefined, log: (m: string, f?: unknown) => console.log('LOG', m, f) }
const fs = await import('node:fs')
const text=fs.readFileSync('/work/shared/reference/backends.md','utf8').split(/\n+/).filter(x=>x.length>100).slice(0,40)
for (const threads of [1,2,1,2]) {
const s = await openEmbedded(embeddedConfig.parse({threads}), env)
const ids = await s.tokenize(text, false); const n=ids.reduce((a,b)=>a+b.length,0)
await s.scoreTokens(ids.slice(0,2))
let t=performance.now(); await s.scoreTokens(ids); console.log('threads',threads,'score tok/s',(n/(performance.now()-t)*1000).toFixed(0))
t=performance.now(); const rs=await Promise.all(['What is gravity?', 'Say twice.', 'List three uses of copper.','Write a story.'].map((content) => s.generate({ messages: [{ role: 'user', content }], params: { ...GREEDY, maxTokens: 40 }}))); console.log('gen4 tok/s',(160/(performance.now()-t)*1000).toFixed(0))
t=performance.now(); await s.generate({ messages: [{ role: 'user', content:'Write a story' }], params: { ...GREEDY, maxTokens: 40 }}); console.log('gen1 tok/s',(40/(performance.now()-t)*1000).toFixed(0), fs.readFileSync('/proc/loadavg','utf8').trim())
await s.close()
}
