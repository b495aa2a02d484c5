import fs from 'node:fs'
import { migrateDatabase, openDatabase } from '@/db/client'
import { benchRows } from '@/lib/bench/import'
import { appendRows, appendResponses, inTransaction, type NewRow, type NewResponse } from '@/lib/services/cells-staging'
const rows=benchRows(100000)
const nr:NewRow[]=rows.map((r,k)=>({idx:k,slot:k,externalId:null,instruction:r.instruction,input:r.input,system:null,history:null,messages:null,tools:null,extra:null,keySet:0,flags:0}))
const ns:NewResponse[]=rows.map((r,k)=>({idx:k,text:r.output,status:1,finishReason:null}))
function fresh(name:string){ for(const e of ['','-wal','-shm']) fs.rmSync('/tmp/'+name+e,{force:true}); const db=openDatabase('/tmp/'+name); migrateDatabase(db)
 db.$client.exec(`insert into studies (id,name,created_at) values ('st','x',0); insert into seed_sets (id, study_id, key, label, created_at) values ('s', 'st', 's', 's', 0);
     insert into cells (no, id, study_id, seed_set_id, round, source, source_sha256, created_at) values (1, 'c', 'st', 's', 0, '{}', 'x', 0);
     insert into response_sets (no, id, cell_no, kind, label, created_at) values (1, 'r', 1, 'imported', 'x', 0);`); return db}

function rep(name:string,t:number,c:NodeJS.CpuUsage){const d=process.cpuUsage(c);console.log(name.padEnd(28),Math.round(performance.now()-t),'cpu',Math.round((d.user)/1000),'sys',Math.round(d.system/1000))}
function plain(one:boolean,B:number,ck:number,orr:boolean,multi:number){ const db=fresh('b1.sqlite'); if(ck) db.$client.pragma('wal_autocheckpoint='+ck)
 const v=(n:number)=>Array.from({length:multi},()=>'('+Array.from({length:n},()=>'?').join(',')+')').join(',')
 const row=db.$client.prepare('insert into rows (cell_no, idx, slot, external_id, instruction, input, system, history, messages, tools, extra, key_set, flags) values '+v(13)); const resp=db.$client.prepare('insert '+(orr?'or replace ':'')+'into responses (set_no, idx, text, status, finish_reason) values '+v(5))
 const c=process.cpuUsage(),t=performance.now(); for(let s=0;s<nr.length;s+=B) db.$client.transaction(()=>{
   for(let k=s;k<Math.min(s+B,nr.length);k+=multi){ const a:unknown[]=[],b:unknown[]=[]; for(let j=k;j<k+multi;j++){const r=nr[j]!,q=ns[j]!; a.push(1,r.idx,r.slot,r.externalId,r.instruction,r.input,r.system,r.history,r.messages,r.tools,r.extra,r.keySet,r.flags); b.push(1,q.idx,q.text,q.status,q.finishReason)} row.run(a);resp.run(b)} }).immediate(); rep(`B${B} ck${ck} or${orr} m${multi}`,t,c); db.$client.close()}
for(let k=0;k<2;k++){plain(true,100000,0,false,1);plain(true,2000,0,false,1);plain(true,2000,0,true,1);plain(true,2000,0,false,8);plain(true,2000,0,false,20);plain(true,2000,20000,false,1);plain(true,2000,20000,false,8);plain(true,2000,1000000,false,8);plain(true,10000,20000,false,8)}
