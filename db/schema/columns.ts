import { integer, text, type AnySQLiteColumn } from 'drizzle-orm/sqlite-core'

/** Returns the key of a table whose entries have UUIDs. */
export const id = () => text('id').primaryKey()

/** Returns the short local key of a table. */
export const ownNo = () => integer('no').primaryKey({ autoIncrement: true })

/** Returns both: the short key that other tables carry, and the UUID that leaves the database. */
export const numbered = () => ({ no: ownNo(), id: text('id').notNull().unique() })

/** Returns the UUID of an entry with which this one is deleted. */
export const ownedBy = (name: string, owner: () => AnySQLiteColumn) =>
  text(name).notNull().references(owner, { onDelete: 'cascade' })

/** Returns the short key of an entry with which this one is deleted. */
export const ownedByNo = (name: string, owner: () => AnySQLiteColumn) =>
  integer(name).notNull().references(owner, { onDelete: 'cascade' })

/** Returns the times of an entry that can be restored for some days after its deletion. */
export const createdAndDeleted = () => ({
  createdAt: integer('created_at').notNull(),
  deletedAt: integer('deleted_at'),
})

/** Returns the times at which something was met first and last. */
export const seenTimes = () => ({
  firstSeenAt: integer('first_seen_at').notNull(),
  lastSeenAt: integer('last_seen_at').notNull(),
})
