/** What is wrong with a Parquet file, without the name of the file, which whoever reads it adds. */
export class DamagedParquet extends Error {}

/** A column of a kind that is not read. */
export class UnreadColumn extends Error {
  constructor(
    readonly path: readonly string[],
    readonly what: string,
  ) {
    super(what)
  }
}
