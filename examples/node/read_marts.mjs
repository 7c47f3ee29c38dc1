// Reads every mart of the published file with the Node client.
//
// `node read_marts.mjs warehouse/serving.duckdb` prints, as JSON, of each mart the number
// of rows and of each column how many values are not null and what they come to: the sum
// of numbers, of microseconds since 1970, of bytes of text, of trues.
import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimestampValue,
} from "@duckdb/node-api";

const MICROSECONDS_OF_A_DAY = 86_400_000_000n;

function weight(value) {
  if (value instanceof DuckDBDecimalValue) return value.value;
  if (value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBDateValue) return BigInt(value.days) * MICROSECONDS_OF_A_DAY;
  if (typeof value === "string") return BigInt(Buffer.byteLength(value));
  return BigInt(value);
}

function summed(column) {
  const values = column.filter((value) => value !== null);
  const scale = values[0] instanceof DuckDBDecimalValue ? values[0].scale : 0;
  const total = values.reduce((sum, value) => sum + weight(value), 0n);
  return [values.length, `${total}e-${scale}`];
}

const instance = await DuckDBInstance.create(process.argv[2], {
  access_mode: "READ_ONLY",
});
const connection = await instance.connect();
const tables = await connection.runAndReadAll("select table_name from duckdb_tables()");
const marts = {};
for (const [name] of tables.getRows()) {
  const mart = await connection.runAndReadAll(`select * from "${name}"`);
  const columns = mart.getColumns();
  marts[name] = [
    mart.currentRowCount,
    Object.fromEntries(
      // Where there is no row, the client gives no column.
      mart.columnNames().map((column, index) => [column, summed(columns[index] ?? [])]),
    ),
  ];
}
console.log(JSON.stringify(marts));
