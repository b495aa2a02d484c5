import { parseRows } from '@/lib/services/imports-parse'
import { inspectSource } from '@/lib/formats/read'
async function main(){
  const f='/tmp/bench-alpaca.json'
  const ins = await inspectSource({path:f})
  for (const tb of [0, 1e12, 0, 1e12]) {
    const t=performance.now(); let first=0, n=0
    const c=process.cpuUsage(); const elu=performance.eventLoopUtilization()
    for await (const b of parseRows({path:f,fileName:'a',sizeBytes:1e8,expect:null,formatId:'alpaca',mapping:ins.detection.mapping,skipBadRows:false,slotIsIndex:true},undefined,tb)) { if(!first) first=performance.now()-t; n+=b.count }
    const d=process.cpuUsage(c)
    console.log(tb? 'in thread':'worker', 'first batch', Math.round(first), 'all', Math.round(performance.now()-t), 'cpu', Math.round((d.user+d.system)/1000), 'main active', Math.round(performance.eventLoopUtilization(elu).active))
  }
}
void main()
