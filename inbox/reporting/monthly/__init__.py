"""The monthly page: its content as data, what stands out in it, and how it is written, drawn and sent."""
