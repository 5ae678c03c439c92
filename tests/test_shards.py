from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.publish.content_hash import ContentHash
from presseschau.publish.shards import extra_type, file_sha256, published, regroup, write_split
from presseschau.schema import LabelNames, Schema

SCHEMA = Schema(LabelNames(("hardware", "other"), ("news", "review")))
IDS = pa.schema([("id", pa.string())])


def work_rows(count: int, **own: object) -> pa.RecordBatch:
    row = {c.name: None for c in SCHEMA.columns} | {
        "topic": "other",
        "genre": "news",
        "keywords": ["a"],
        "stance_evidence": [{"start": 0, "end": 1, "text": "T"}],
        "text": "T",
        **own,
    }
    plain = {c.name: pa.string() if SCHEMA.names.of(c.name) else c.type for c in SCHEMA.columns if c.name in row}
    if "extra" in own:
        plain["extra"] = pa.string()
    return pa.RecordBatch.from_pylist([{**row, "id": f"{n:04}"} for n in range(count)], schema=pa.schema(plain))


@given(st.lists(st.integers(0, 7), max_size=8), st.integers(1, 5))
def test_regroup_keeps_rows_and_order(sizes: list[int], size: int) -> None:
    ids = iter(range(100))
    batches = [pa.record_batch({"id": [str(next(ids)) for _ in range(n)]}, schema=IDS) for n in sizes]
    groups = list(regroup(batches, IDS, size))
    assert [i for g in groups for i in g.column("id").to_pylist()] == [str(n) for n in range(sum(sizes))]
    assert all(len(g) == size for g in groups[:-1])
    assert all(0 < len(g) <= size for g in groups)


def test_bytes_do_not_depend_on_how_rows_arrive(tmp_path: Path) -> None:
    batch = published(work_rows(100), SCHEMA)
    digests = []
    for name, parts in {"a": [batch], "b": [batch.slice(0, 33), batch.slice(33)]}.items():
        content = ContentHash()
        (shard,) = (
            write_split(tmp_path / name, "train", parts, 100, SCHEMA, 1000, 10, content)
            if (tmp_path / name).mkdir() is None
            else ()
        )
        digests.append((shard.sha256, content.hexdigest(), file_sha256(tmp_path / name / shard.path)))
    assert digests[0] == digests[1]


def test_shards_are_numbered_and_none_is_empty(tmp_path: Path) -> None:
    batch = published(work_rows(25), SCHEMA)
    shards = write_split(tmp_path, "test", [batch], 25, SCHEMA, 10, 10, ContentHash())
    assert [s.path for s in shards] == [f"data/test-{n:05}-of-00003.parquet" for n in range(3)]
    assert [s.rows for s in shards] == [10, 10, 5]
    assert [pq.read_metadata(tmp_path / s.path).num_rows for s in shards] == [10, 10, 5]


def test_a_wrong_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="other rows than the 30"):
        write_split(tmp_path, "test", [published(work_rows(25), SCHEMA)], 30, SCHEMA, 10, 10, ContentHash())


def test_class_names_become_their_numbers_in_the_scheme() -> None:
    batch = published(work_rows(1, topic="other", topic_secondary=None, genre="review"), SCHEMA)
    assert batch.column("topic").to_pylist() == [1]
    assert batch.column("topic_secondary").to_pylist() == [None]
    assert batch.column("genre").to_pylist() == [1]


def test_a_class_outside_the_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="topic: 'sport' is not in the label scheme"):
        published(work_rows(1, topic="sport"), SCHEMA)


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (['{"c":true}', '{"c":false}', None], pa.bool_()),
        (['{"c":1}', '{"c":null}'], pa.int64()),
        (['{"c":1}', '{"c":2.5}'], pa.float64()),
        (['{"c":1}', '{"c":"x"}'], pa.string()),
        (['{"c":[1]}'], pa.string()),
        (['{"c":true}', '{"c":1}'], pa.string()),
        ([], pa.string()),
    ],
)
def test_type_of_an_own_column(values: list[str | None], type_: pa.DataType) -> None:
    assert extra_type(values, ["c"]) == pa.struct([("c", type_)])


def test_no_own_columns() -> None:
    assert extra_type(['{"c":1}'], []) is None


def test_own_columns_are_published_in_their_type() -> None:
    schema = Schema(SCHEMA.names, pa.struct([("dept", pa.string()), ("paid", pa.bool_())]))
    rows = work_rows(1, extra='{"dept":[1,2],"paid":true}')
    assert published(rows, schema).column("extra").to_pylist() == [{"dept": "[1,2]", "paid": True}]
