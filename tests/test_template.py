"""The database that tests copy is made and dropped beside databases of people, which stay."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
NAME = "test_template_to_drop"


def names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def drop(name: str) -> subprocess.CompletedProcess[str]:
    said = connection.settings_dict
    url = f"postgresql://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/{said['NAME']}"
    told = os.environ | {"DATABASE_URL": url, "MIEDZA_TEST_TEMPLATE": name}
    asked = [sys.executable, "-m", "tests.template", "drop"]
    return subprocess.run(asked, cwd=ROOT, env=told, capture_output=True, text=True, check=False)


@pytest.mark.django_db(transaction=True)
def test_only_the_template_is_dropped():
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{NAME}"')

    finished = drop(NAME)

    assert finished.returncode == 0, finished.stderr
    assert {NAME, connection.settings_dict["NAME"]} & names() == {connection.settings_dict["NAME"]}


@pytest.mark.django_db
def test_a_database_of_people_is_not_dropped():
    finished = drop("miedza")

    assert finished.returncode == 1
    assert "no database of tests" in finished.stderr
