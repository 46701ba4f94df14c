"""``python -m tests.template make|drop``: the migrated database that each process of the tests copies.

``deploy/test.sh`` names it in ``MIEDZA_TEST_TEMPLATE``. Migrations take most of a minute, a copy takes a second.
"""

import os
import sys

NAME = os.environ["MIEDZA_TEST_TEMPLATE"]


def main(step: str) -> None:
    if not NAME.startswith("test_"):
        sys.exit(f"{NAME} is no database of tests: their names begin with test_.")
    os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
    os.environ["MIEDZA_TEST_DATABASE"] = NAME
    del os.environ["MIEDZA_TEST_TEMPLATE"]
    import django

    django.setup()
    {"make": make, "drop": drop}[step]()


def make() -> None:
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()


def drop() -> None:
    """Django destroys whatever database it is connected to, so it is connected to this one first."""
    from django.db import connection

    own = str(connection.settings_dict["NAME"])
    connection.settings_dict["NAME"] = NAME
    connection.creation.destroy_test_db(own, verbosity=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
