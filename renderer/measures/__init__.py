"""Formulas that say how a drawn face compares with a filmed one; signals in, numbers out.

They need no downloaded weights. "§7" in these modules means the list of formulas in docs/quality.md.
"""
