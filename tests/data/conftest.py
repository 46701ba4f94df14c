"""Readers are tested without Django; real files stand beside the project and may be absent."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files beside the project; absent on most machines."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
    if not folder.is_dir():
        pytest.skip("the real files (../shared/data/real) are not on this machine")
    return folder
