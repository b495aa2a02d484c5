import { findNeighbours } from '@/lib/metrics/neighbours/search'
import { distinctRows } from '@/lib/metrics/neighbours/distinct'
const n=10000,d=384
const rows=new Float32Array(n*d)
for(let i=0;i<n;i++){let s=0;for(let k=0;k<d;k++){const v=Math.random()+Math.random()+Math.random()-1.5;rows[i*d+k]=v;s+=v*v} for(let k=0;k<d;k++)rows[i*d+k]/=Math.sqrt(s)}
for (let r=0;r<3;r++){ let t=performance.now(); distinctRows(rows,n,d); console.log('distinct',performance.now()-t)
 t=performance.now(); await findNeighbours(rows,n,d,{threshold:.05}); console.log('all',performance.now()-t)
 t=performance.now(); await findNeighbours(rows.subarray(0,1100*d),1100,d,{threshold:.05}); console.log('1100 rows (fixed cost)',performance.now()-t)
}
