"""Customers from a file that the company's books export: who they are, where, and which colleague follows them.

`reading` makes lines of bytes, `values` checks what stands in them, `planning` compares them with what is known,
`summary` tells what comes of it, `importing` carries it out, first as a look that writes nothing. `words` says what is
wrong, `register` lists the customers.
"""
