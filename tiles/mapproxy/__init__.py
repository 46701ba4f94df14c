"""WMS, WMTS and TMS by MapProxy: protocols and caches are its own, pictures and answers about them are ours."""
