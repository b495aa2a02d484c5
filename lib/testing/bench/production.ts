import process from 'node:process'

// As the product runs: in development every row that is read is checked against its schema, which is half of an export. Imported before all else,
// because modules look at it when they are loaded.
Object.assign(process.env, { NODE_ENV: 'production' })
