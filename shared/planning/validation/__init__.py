"""Whether what was deployed does what it is for: checks of what Azure shows, and a real query.

A check is a step like any other, walked by the same loop: begin it, look at it until it ends. It
changes nothing that lasts. `checks` is the table; `judges` say what an answer means, from plain
JSON; `query` asks the database itself, by the script in `query_probe`.
"""
