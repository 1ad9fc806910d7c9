"""The formats of scripts and dialogues, one module each; `corpus/format_table.py` collects them."""
