"""Every rule seed is checked as a whole, in sentences, before a model reads it."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.clients.jinja import MacroGenerator
from dbt.context.providers import generate_runtime_macro_context
from dbt.flags import set_from_args
from dbt_common.clients.agate_helper import from_csv
from dbt_common.exceptions import DbtBaseException
from harness import ROOT, copy_project, one_source, parse, run_dbt, write_parquet

SEEDS = {
    path.stem: path
    for folder in ("rules", "rates")
    for path in sorted((ROOT / "seeds" / folder).glob("*.csv"))
}
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Call a macro of the project's, without a warehouse."""
    # Whoever asks dbt for less than a run has to make what a run has.
    from argparse import Namespace  # noqa: PLC0415

    from dbt.adapters.factory import get_adapter, register_adapter  # noqa: PLC0415
    from dbt.config.runtime import RuntimeConfig  # noqa: PLC0415
    from dbt.mp_context import get_mp_context  # noqa: PLC0415

    manifest = parse(ROOT, json.dumps({"demo": {"preset": "demo"}}))
    assert manifest
    arguments = Namespace(
        project_dir=str(ROOT), profiles_dir=str(ROOT), vars={}, which="run",
        profile=None, target=None, threads=1,
    )  # fmt: skip
    set_from_args(arguments, None)
    config = RuntimeConfig.from_args(arguments)
    register_adapter(config, get_mp_context())
    get_adapter(config).set_macro_resolver(manifest)

    def call(name: str, *given: Any) -> Any:
        macro = manifest.macros[f"macro.footfall.{name}"]
        context = generate_runtime_macro_context(macro, config, manifest, "footfall")
        return MacroGenerator(macro, context)(*given)

    return call
