"""No tables. Django tells only apps with this module that migrations begin and end (``spatial.ogc.apps``)."""
