"""Outside services as small HTTP servers on a free port: as strict as the real ones, and lying on command.

A simulator answers as its service is described to answer. ``lie(...)`` makes its next answers (or all of them) fail in
one of the ways that were seen in real services.
"""
