"""What we build: one file per ARM type, one class per resource, with everything about it.

`catalogue()` finds the classes by walking this package, so that adding a resource means adding a
file. Declarations only: a class says which SDK operation group serves it and how its body looks;
the calls are made in `shared.azure`.
"""
