import fs from 'node:fs'
import { benchRows } from '@/lib/bench/import'
import { readRows } from '@/lib/formats/read'
import { inspectSource } from '@/lib/formats/read'
import { RowCollector } from '@/lib/services/imports-rows'
const f='/tmp/bench-alpaca.json'
if(!fs.existsSync(f)) fs.writeFileSync(f, JSON.stringify(benchRows(100000)))
async function main(){
  const ins = await inspectSource({path:f})
  for (let k=0;k<3;k++){
    let t=performance.now(); let n=0
    console.log('raw',n,performance.now()-t)
    t=performance.now(); n=0
    for await (const b of readRows({path:f},{formatId:'alpaca',mapping:ins.detection.mapping},{batchRows:2000})) n+=b.length
    console.log('canonical',n,performance.now()-t)
    t=performance.now(); n=0
    const c=new RowCollector(ins.detection.mapping,true)
    for await (const b of readRows({path:f},{formatId:'alpaca',mapping:ins.detection.mapping},{batchRows:2000})) for(const r of b) if(r.ok){c.add(r.row);n++}
    console.log('stored',n,performance.now()-t)
    t=performance.now(); const d=JSON.parse(fs.readFileSync(f,'utf8')); console.log('JSON.parse whole',d.length,performance.now()-t)
  }
}
void main()
