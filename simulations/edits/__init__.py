"""Edits of every property that Azure's definitions know, and what Azure moves by itself.

Every edit has to be found by a drift check, and nothing that is none. What is compared are bodies
as the emulated Azure shows them, by the product's own comparison; no world is made for an edit.
"""
