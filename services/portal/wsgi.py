"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "services.portal.settings")
behind = get_wsgi_application()

from services.portal.front import freshness, in_front_of  # noqa: E402 - apps must be ready

application = in_front_of(behind)
freshness().start()
