import { Worker } from 'node:worker_threads'
import { tileGraph } from '@/lib/metrics/neighbours/graphs'
const g1=tileGraph(512,386,16,false), g2=tileGraph(512,386,16,true)
console.log(g1.length,g2.length)
for (const o of [{}, {}, {graphOptimizationLevel:'disabled'},{}, {graphOptimizationLevel:'disabled'}]) {
 const ws=[0,1].map(()=>new Worker('/tmp/wt/w.mjs',{workerData:{g1,g2,o,t:Date.now()},execArgv:[]}))
 const t=performance.now()
 const r=await Promise.all(ws.map(w=>new Promise(res=>w.once('message',res))))
 console.log(JSON.stringify(o), performance.now()-t, r)
 const t2=performance.now(); await Promise.all(ws.map(w=>w.terminate())); console.log('terminate',performance.now()-t2)
}
