"""``python -m tests.template make|drop``: the migrated database that each process of the tests copies.

``deploy/test.sh`` names it in ``MIEDZA_TEST_TEMPLATE``. Migrations take most of a minute, a copy takes a second.
"""

import os
import sys

NAME = os.environ["MIEDZA_TEST_TEMPLATE"]


def main(step: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
    os.environ["MIEDZA_TEST_DATABASE"] = NAME
    del os.environ["MIEDZA_TEST_TEMPLATE"]
    import django

    django.setup()
    from django.db import connection

    steps = {
        "make": lambda: connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False),
        "drop": lambda: connection.creation.destroy_test_db(NAME, verbosity=0),
    }
    steps[step]()
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
