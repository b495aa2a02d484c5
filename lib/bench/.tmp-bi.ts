import { benchImport } from '@/lib/bench/import'
benchImport().then(console.log)
