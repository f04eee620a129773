"""The scrubber over a Ray Dataset on a local Ray: the same rows as a single process writes."""

import functools

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import ray

from privgen.anonymize import Scrubber, ray_data, scrub_dataset, scrub_file
from privgen.anonymize.ray_data import REASON, scrub_table
from privgen.errors import ConfigError, DataError

KEY = bytes(range(32))


def failing_scrubber():
    """Refuses one text."""

    class Refusing:
        name = "refusing"

        def find(self, text):
            if "refuse" in text:
                raise RuntimeError(text)
            return ()

    return Scrubber(key=KEY, finders=[Refusing()])


def table():
    texts = [f"{i}: user{i}@shop.com or 1380013{i:04}" if i % 3 else f"plain {i}" for i in range(400)]
    texts[7] = "refuse secret"
    return pa.table(
        {
            "n": list(range(400)),
            "text": texts,
            "nested": [[{"a": text}] for text in texts],
            "phone": [13800138000 if i == 9 else i for i in range(400)],
        }
    )


def test_a_table_is_scrubbed_and_bad_rows_are_emptied():
    done = scrub_table(table(), failing_scrubber())
    assert done.num_rows == 400 and done.column("n").to_pylist()[6:11] == [6, None, 8, None, 10]
    reasons = done.column(REASON).to_pylist()
    assert [i for i, reason in enumerate(reasons) if reason] == [7, 9]
    assert "RuntimeError" in reasons[7] and "number that is personal data" in reasons[9]
    assert "secret" not in str(done.to_pylist()) and "@" not in str(done.to_pylist())
    with pytest.raises(DataError, match="name of column 1"):
        scrub_table(pa.table({"a@b.com": ["x"]}), failing_scrubber())


@pytest.mark.slow
def test_a_local_ray_gives_the_rows_of_a_single_process(tmp_path):
    source = tmp_path / "a.parquet"
    rows = table().slice(10)
    pq.write_table(rows, source, row_group_size=100)
    scrub_file(source, tmp_path / "b.parquet", scrubber=Scrubber(key=KEY))
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        dataset = ray.data.from_arrow([rows.slice(start, 65) for start in range(0, 390, 65)])
        done = scrub_dataset(dataset, functools.partial(Scrubber, key=KEY), batch_rows=50)
        found = pa.concat_tables(ray.get(done.to_arrow_refs())).sort_by("n")
        with pytest.raises(ConfigError, match="no column"):
            scrub_dataset(dataset, functools.partial(Scrubber, key=KEY), columns=["x"])
    finally:
        ray.shutdown()
    assert set(found.column(REASON).to_pylist()) == {None}
    assert found.drop_columns([REASON]).to_pylist() == pq.read_table(tmp_path / "b.parquet").to_pylist()


def test_a_key_that_nobody_keeps_is_refused_where_each_process_would_make_one():
    with pytest.raises(ConfigError, match="another key in each"):
        ray_data._scrubber("job", functools.partial(Scrubber, policy="gdpr-anonymous"))
    assert "job" not in ray_data._scrubbers
