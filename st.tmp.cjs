const D=require('better-sqlite3');const db=new D('/tmp/bkp/data/evolens.sqlite',{readonly:true});
function t(n,q){const c=process.cpuUsage(),s=Date.now();const r=db.prepare(q).all();const u=process.cpuUsage(c);console.log(n,Date.now()-s,'ms',(u.user+u.system)/1000,'cpu',JSON.stringify(r).slice(0,120))}
console.log(db.prepare('select sqlite_version() v').get());
t('rows',`select cell_no, sum(octet_length(instruction)+coalesce(octet_length(input),0)+coalesce(octet_length(system),0)+coalesce(octet_length(history),0)+coalesce(octet_length(messages),0)+coalesce(octet_length(tools),0)+coalesce(octet_length(extra),0)) b from rows group by cell_no`);
t('responses',`select set_no, sum(octet_length(text)) b from responses group by set_no`);
t('links',`select alignment_no, count(*) from links group by 1`);
t('chunks',`select run_no, sum(length("values")+length(status)) b from column_chunks group by 1`);
t('details',`select run_no, sum(octet_length(detail)) b from row_details group by 1`);
t('words',`select sum(length(block)) from text_words_data`);
t('tri',`select sum(length(block)) from text_trigrams_data`);
t('embed',`select count(*) from request_cache where call='embed'`);
