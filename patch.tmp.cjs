const D=require('better-sqlite3'),{randomUUID}=require('crypto');const db=new D('/tmp/bkp/data/evolens.sqlite');
const good=db.prepare("select source,report from cells where json_extract(source,'$.kind')='evolved' limit 1").get();
for(const t of ['cells','runs','response_sets','alignments','seed_sets','views']) for(const r of db.prepare(`select rowid as r,id from ${t}`).all()) if(!/^[0-9a-f-]{36}$/.test(r.id)){ try{db.prepare(`update ${t} set id=? where rowid=?`).run(randomUUID(),r.r)}catch(e){console.log(t,String(e))} }
console.log(db.prepare("update cells set source=? where json_extract(source,'$.kind') is null or json_extract(source,'$.kind') not in ('file','evolved')").run(good.source).changes);
console.log(db.prepare("select r.id, r.row_set, substr(r.record,1,80) rec, substr(r.definition,1,100) d from runs r join studies s on s.id=r.study_id where s.name='bench'").all().slice(0,5));
console.log(db.prepare("select max(length(instruction)), avg(length(instruction)) from rows").get(), db.prepare("select avg(length(text)), count(*) from responses").get());
console.log(db.prepare("select c.round,c.arm_id,c.row_count,c.superseded_at from cells c limit 40").all().length, db.prepare("select count(*) n from links").get());
