"""Of Great Expectations, the audit imports what it uses; code that uses the library for more still finds all of it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from expectations.library import find_homes, import_without_clients


def test_the_home_of_a_name_is_where_a_package_imports_it_from() -> None:
    source = "from .batch import Batch as B\nfrom . import checks\nfrom other.place import X, Y\nimport os\nZ = 1\n"
    assert find_homes(ast.parse(source), "great.parts") == {
        "B": ("great.parts.batch", "Batch"),
        "checks": ("great.parts", "checks"),
        "X": ("other.place", "X"),
        "Y": ("other.place", "Y"),
    }


def test_a_client_counts_as_not_installed() -> None:
    assert import_without_clients("json") is json
    with pytest.raises(ImportError, match=r"sqlalchemy\.orm is not needed"):
        import_without_clients("sqlalchemy.orm", fromlist=("Session",))


CHECK = """
import sys
from expectations.library import import_parts, open_library
import_parts()
parts = {name for name in sys.modules if name.startswith("great_expectations")}
assert not {"sqlalchemy", "altair", "scipy.stats", "great_expectations.checkpoint"} & sys.modules.keys()
with open_library() as library:
    assert library.engine.PandasExecutionEngine
assert parts == {name for name in sys.modules if name.startswith("great_expectations")}

import pandas
import great_expectations as gx
assert gx.__version__[0].isdigit()
context = gx.get_context(mode="ephemeral")
asset = context.data_sources.add_pandas("staging").add_dataframe_asset("whole")
batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": pandas.DataFrame({"a": [1, 2]})})
assert batch.validate(gx.expectations.ExpectColumnMeanToBeBetween(column="a", min_value=1, max_value=2)).success
"""


@pytest.mark.slow
def test_parts_are_imported_alone_and_the_rest_on_demand() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", CHECK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
