"""The verbs: one function a file, of the same name. Decode, call, encode; no decisions.

They run at least once, so each may be repeated. What goes wrong is returned, not raised.
"""
