"""A local Azure Functions host for Durable Python: runs an unmodified function_app.py.

It stands in for three things at once: the Functions host (HTTP, timers, settings), the Python
worker (invocation) and the Durable Task extension (replay engine, task hub, management API). The
SDK inside the app is the real one and talks the real protocol. It is for laptops and tests; it
binds to loopback only, and it runs no entities and no call_http.
"""
