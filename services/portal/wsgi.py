"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "services.portal.settings")
behind = get_wsgi_application()

from django.conf import settings  # noqa: E402 - apps must be ready

from services.portal.front import freshness, in_front_of  # noqa: E402
from services.portal.limits import Limits  # noqa: E402

application = Limits(in_front_of(behind), settings.REQUESTS_PER_SECOND)
freshness().start()
