"""Write tables as CSV or Parquet, and sort by arrival more rows than memory holds."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simulator.columns import Array, Columns, concat, length, take


class Writers:
    """Output files in one folder, by name; each is begun by its first table."""

    def __init__(self, folder: Path, file_format: str) -> None:
        """Write `<folder>/<name>.<file_format>`."""
        self.folder, self.file_format = folder, file_format
        self._open: dict[str, _CsvFile | pq.ParquetWriter] = {}

    def write(self, name: str, table: pa.Table) -> None:
        """Append rows; empty tables count, they carry the header."""
        if name not in self._open:
            path = self.folder / f"{name}.{self.file_format}"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[name] = (
                _CsvFile(path, table.schema)
                if self.file_format == "csv"
                else pq.ParquetWriter(path, table.schema)
            )
        self._open[name].write_table(table)

    def __enter__(self) -> "Writers":
        """Close all files on the way out."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all files."""
        for file in self._open.values():
            file.close()


class _CsvFile:
    """Plain CSV: LF, a header, quotes where needed, nothing for null.

    pyarrow's own writer quotes every text, which costs a fifth of the size.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("wb")
        self._file.write((",".join(schema.names) + "\n").encode())

    def write_table(self, table: pa.Table) -> None:
        columns = [_quoted(column.cast(pa.string())) for column in table.columns]
        if not table.num_rows:
            return
        lines = pc.binary_join_element_wise(
            *columns, ",", null_handling="replace", null_replacement=""
        )
        # The values of a text column lie end to end in one buffer: that is the file.
        for chunk in pc.binary_join_element_wise(lines, "\n", "").chunks:
            ends = np.frombuffer(chunk.buffers()[1], dtype=np.int32)
            size = int(ends[chunk.offset + len(chunk)])
            self._file.write(memoryview(chunk.buffers()[2])[:size])

    def close(self) -> None:
        self._file.close()


def _quoted(column: pa.ChunkedArray) -> pa.ChunkedArray:
    needs = pc.match_substring_regex(column, '[",\n]')
    if not pc.any(needs).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), column)


class Spill:
    """Rows set aside on disk, to be read back in order of arrival.

    Each added table becomes one file with a record batch per span of `received_us`,
    so reading one span touches only its own rows.
    """

    def __init__(self, folder: Path, edges: Array) -> None:
        """`edges`, shape (spans - 1,): where one span ends and the next begins."""
        folder.mkdir()
        self._folder, self._edges = folder, edges
        self._files: list[Path] = []

    def add(self, rows: Columns) -> None:
        """Set rows aside."""
        span = np.searchsorted(self._edges, rows["received_us"], side="right")
        order = np.argsort(span, kind="stable")
        bounds = np.searchsorted(span[order], np.arange(self.spans + 1))
        batch = pa.record_batch(take(rows, order))
        path = self._folder / f"{len(self._files)}.arrow"
        # Small codes in wide integers: compression is what makes them narrow.
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_file(path, batch.schema, options=options) as file:
            for begin, end in pairwise(bounds):
                file.write_batch(batch.slice(begin, end - begin))
        self._files.append(path)

    @property
    def spans(self) -> int:
        """Number of spans."""
        return len(self._edges) + 1

    def read(self, tie_break: tuple[str, ...]) -> Iterator[Columns]:
        """Tables of rows by `received_us`, then by the columns named in `tie_break`."""
        keys = ("received_us", *tie_break)
        for span in range(self.spans):
            rows = concat([_batch(path, span) for path in self._files])
            if length(rows):
                yield take(rows, np.lexsort([rows[key] for key in reversed(keys)]))


def _batch(path: Path, number: int) -> Columns:
    with pa.memory_map(str(path)) as file:
        batch = pa.ipc.open_file(file).get_batch(number)
        return {
            name: batch.column(name).to_numpy(zero_copy_only=False)
            for name in batch.schema.names
        }
