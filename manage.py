#!/usr/bin/env python
"""Command line of Miedza: ``uv run manage.py <command>``."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "services.portal.settings")
    execute_from_command_line(sys.argv)
